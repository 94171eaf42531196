"""Chromium: the machine's, or the one that `make test` has installed."""

import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from loadtest import plan

NAMES = ("chromium", "chromium-browser", "google-chrome")
OWN = Path(__file__).parents[1] / "tests" / "browser" / "node_modules" / ".chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Installed = tuple[str, Mapping[str, str]]


def installed() -> Installed | None:
    """The program and its environment."""
    if program := next(filter(None, map(shutil.which, NAMES)), None):
        return program, dict(os.environ)
    if (OWN / "chromium").is_file():
        own = {
            "LD_LIBRARY_PATH": str(OWN / "lib"),
            "FONTCONFIG_FILE": str(OWN / "fonts.conf"),
        }
        return str(OWN / "chromium"), {**os.environ, **own}
    return None


@asynccontextmanager
async def launched(found: Installed) -> AsyncIterator[Browser]:
    program, environment = found
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program,
            args=QUIET,
            timeout=plan.BROWSER_MS,
            env={**environment},
        )
        yield browser
        await browser.close()
