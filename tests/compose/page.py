"""What a customer's browser meets first: the page, its files, and a purchase in it."""

import asyncio
import re
from collections.abc import Iterator

import httpx2
import pytest
from playwright.async_api import Browser, Error, Page, expect

from tests.compose.buyer import ANA
from tests.support.browser import PATIENCE_MS, chromium
from tests.support.seat_map_page import heading, open_map, pay_button

PAGES = ("/", "/sessions/any", "/reservations/any", "/tickets", "/verify-email")
KEYS = ("/.well-known/jwks.json", "/.well-known/ticket-keys")
FILE = re.compile(r"(?:graphiql/)?assets/[\w.-]+\.(?:js|css)\b")
HASH = re.compile(r"\b[0-9a-f]{64}\b")
TYPES = {"js": "text/javascript", "css": "text/css"}
CODED = {"Accept-Encoding": "gzip"}
BUY_SECONDS = 300.0


def faults_of_files(address: str) -> list[str]:
    """Through the front: all that it loads, and whether it is kept as it should be."""
    try:
        with httpx2.Client(base_url=address, timeout=30, trust_env=False) as http:
            return [*_faults_of_pages(http), *_faults_of_parts(http)]
    except (httpx2.HTTPError, ValueError, KeyError) as error:
        return [f"{type(error).__name__}: {error}"]


def _faults_of_pages(http: httpx2.Client) -> Iterator[str]:
    for path in (*PAGES, "/sw.js"):
        answer = http.get(path, headers=CODED)
        headers = answer.headers
        again = http.get(
            path, headers=CODED | {"If-None-Match": headers.get("etag", "")}
        )
        if (answer.status_code, again.status_code) != (200, 304):
            yield f"{path}: {answer.status_code}, then {again.status_code}"
        if headers.get("content-encoding") != "gzip":
            yield f"{path} is not compressed"
        if headers.get("cache-control") != "no-cache":
            yield f"{path} is kept"
        policy = headers.get("content-security-policy", "")
        if not policy.startswith("default-src 'none'; script-src 'self';"):
            yield f"{path} may load anything: {policy}"
    for path in KEYS:
        if not http.get(path).json()["keys"]:
            yield f"{path} has no key"
    explorer = http.get("/graphiql")
    parts = FILE.findall(explorer.text)
    if not parts or any(http.get(f"/{part}").status_code != 200 for part in parts):
        yield f"/graphiql: {explorer.status_code}, with {parts}"


def _faults_of_parts(http: httpx2.Client) -> Iterator[str]:
    """Of the first files and all that these name; and of the documents in them."""
    left = FILE.findall(http.get("/").text + http.get("/sw.js").text)
    known: set[str] = set()
    hashes: set[str] = set()
    while left:
        part = left.pop()
        if part in known:
            continue
        known.add(part)
        answer = http.get(f"/{part}", headers=CODED)
        etag = {"If-None-Match": answer.headers.get("etag", "")}
        again = http.get(f"/{part}", headers=CODED | etag)
        if (answer.status_code, again.status_code) != (200, 304):
            yield f"/{part}: {answer.status_code}, then {again.status_code}"
        if answer.headers.get("content-encoding") != "gzip":
            yield f"/{part} is not compressed"
        media_type = answer.headers["content-type"]
        if not media_type.startswith(TYPES[part.rpartition(".")[2]]):
            yield f"/{part} is {media_type}"
        if "immutable" not in answer.headers.get("cache-control", ""):
            yield f"/{part} is asked for again"
        left += FILE.findall(answer.text)
        hashes.update(HASH.findall(answer.text))
    if not hashes:
        yield "the page sends no document"
    for each in hashes:
        persisted = {"persistedQuery": {"version": 1, "sha256Hash": each}}
        answer = http.post("/graphql", json={"extensions": persisted})
        if "PersistedQuery" in answer.text or answer.status_code >= 500:
            yield f"document {each}: {answer.text[:200]}"


def faults_of_a_purchase(address: str) -> list[str] | None:
    """In a browser, to the codes of the tickets; None where there is no browser."""
    try:
        return asyncio.run(asyncio.wait_for(_buy_in_a_browser(address), BUY_SECONDS))
    except pytest.skip.Exception:
        return None
    except (Error, AssertionError, TimeoutError, pytest.fail.Exception) as error:
        return [f"{type(error).__name__}: {error}"]


async def _buy_in_a_browser(address: str) -> list[str]:
    async with chromium() as browser:
        return await _buy(browser, address)


async def _buy(browser: Browser, address: str) -> list[str]:
    """What the browser complains of."""
    expect.set_options(timeout=PATIENCE_MS)
    context = await browser.new_context(locale="en", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on(
        "console",
        lambda message: (
            faults.append(message.text)
            if "Content Security Policy" in message.text
            else None
        ),
    )
    page = await context.new_page()
    await page.goto(f"{address}/sign-in")
    await page.get_by_label("E-mail address").fill(ANA["email"])
    await page.get_by_label("Password").fill(ANA["password"])
    await page.get_by_role("button", name="Sign in").click()
    await expect(heading(page, "My tickets")).to_be_visible()
    await _choose_a_session(page, address)
    await page.get_by_role("button", name="Best seats", exact=True).click()
    await page.get_by_role("button", name="Hold the 2 best").click()
    await pay_button(page).click()
    await expect(heading(page, "Enjoy the movie")).to_be_visible()
    await page.get_by_role("link", name="Show my tickets").click()
    await expect(page.locator(".qr").first).to_be_visible()
    await page.goto(f"{address}/tickets")
    await page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    await context.set_offline(offline=True)
    await page.reload()
    await expect(page.locator(".qr").first).to_be_visible()
    return faults


async def _choose_a_session(page: Page, address: str) -> None:
    """Of the day after tomorrow: its seats are live, so the socket is open."""
    await page.goto(address)
    days = page.get_by_role("navigation", name="Day").get_by_role("link")
    await days.nth(2).click()
    await expect(page.get_by_text("Loading…")).to_have_count(0)
    link = page.locator("main a[href^='/sessions/']").first
    path = await link.get_attribute("href")
    await open_map(page, f"{address}{path}")
