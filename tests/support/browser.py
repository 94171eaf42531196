"""Chromium, and the explorer in it."""

import json
import os
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Route,
    expect,
)

from loadtest.chromium import Installed, installed, launched
from tests.support.run import ROOT

PATIENCE_MS = 60_000  # a limit for faults: slow machines stay below it


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with launched(find_chromium()) as browser:
        yield browser


def refuse_an_older(name: str) -> None:
    """Only make builds pages: pytest alone would test those of an older commit."""
    built = ("make", "--question", f"web/{name}/dist/index.html")
    if subprocess.run(built, cwd=ROOT, check=False, capture_output=True).returncode:
        pytest.fail(f"web/{name}/dist is older than its sources: run `make {name}`.")


def find_chromium() -> Installed:
    """Skips the test without."""
    if found := installed():
        return found
    missing = "No Chromium: `make test` installs one, or says why it cannot."
    if os.environ.get("REQUIRE_BROWSER"):
        pytest.fail(missing)
    pytest.skip(missing)


class Explorer:
    """One browser tab; requests to other hosts are blocked and recorded."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.answer: Locator = page.locator(".graphiql-response")
        self.bar: Locator = page.locator(".token-bar")
        self.csp_violations: list[str] = []
        self.foreign_requests: list[str] = []
        self._address = address

    async def open(self) -> None:
        await self.page.context.route("**/*", self._block_foreign)
        self.page.on("console", self._record)
        await self.page.goto(f"{self._address}/graphiql")
        await self.editor_shows("SignIn")

    async def run(self, tab: str) -> None:
        # The tab in front has the name of its button to close it, too.
        name = re.compile(rf"^\s*{tab}\b")
        await self.page.get_by_role("tab", name=name).click()
        await self.editor_shows(tab)
        await self.execute()

    async def execute(self) -> None:
        await self.page.get_by_role("button", name="Execute query").click()

    async def execute_operation(self, name: str) -> None:
        """Runs one operation of a document with several, from the button's menu."""
        button = self.page.get_by_role("button", name="Execute query")
        # The editor parses a moment after the last key; until then there is no menu.
        await expect(button).to_have_attribute("aria-haspopup", "menu")
        await button.click()
        await self.page.get_by_role("menuitem", name=name, exact=True).click()

    async def ask(self, document: str) -> None:
        """Runs a document in a new tab."""
        await self.write(document)
        await self.execute()

    async def write(self, document: str) -> None:
        """Writes a document into a new tab."""
        await self.page.get_by_role("button", name="New tab").click()
        editor = self.page.locator(".graphiql-query-editor .monaco-editor")
        await editor.click()
        await self.page.keyboard.press("ControlOrMeta+A")
        await self.page.keyboard.insert_text(document)

    async def set_token(self, token: str) -> None:
        await self.page.get_by_label("Access token").fill(token)
        await self.page.get_by_role("button", name="Use").click()

    async def known_id(self, name: str) -> str:
        """The id of this name that the page took from an answer."""
        await expect(self.bar).to_contain_text(f"${name}")
        ids = await self.page.evaluate("sessionStorage.getItem('cinema-tickets:known')")
        return str(json.loads(ids)[name])

    async def editor_shows(self, operation: str) -> None:
        await expect(self.page.locator(".graphiql-query-editor")).to_contain_text(
            re.compile(rf"(query|mutation|subscription)\s{operation}\b")
        )

    async def _block_foreign(self, route: Route) -> None:
        if route.request.url.startswith(f"{self._address}/"):
            await route.continue_()
        else:
            self.foreign_requests.append(route.request.url)
            await route.abort()

    def _record(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.csp_violations.append(message.text)


@asynccontextmanager
async def explorer_in(browser: Browser, address: str) -> AsyncIterator[Explorer]:
    # Tall enough for every answer: the editor renders only visible lines.
    context: BrowserContext = await browser.new_context(
        viewport={"width": 1600, "height": 2400}
    )
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    explorer = Explorer(await context.new_page(), address)
    await explorer.open()
    yield explorer
    await context.close()
    assert explorer.foreign_requests == []
    assert explorer.csp_violations == []
