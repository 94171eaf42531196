"""Writes docs/pictures, of the demo data of a running `make run`: its port as argument.

Two seats are bought, last: the other pictures are of a service that nobody has used.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.support.browser import PATIENCE_MS, chromium
from tests.support.http_client import ask

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
WIDE: ViewportSize = {"width": 1200, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 780}
SESSION = """query ($after: DateTime!) {
  sessions(first: 1, filter: {startsAfter: $after, status: SCHEDULED}) {
    edges { node { id startsAtLocal cinema { id } } }
  }
}"""


async def picture(
    browser: Browser, url: str, name: str, *, is_ready: str, **options: Any
) -> None:
    page = await browser.new_page(**options)
    await page.goto(url)
    await take(page, name, is_ready=is_ready)
    await page.close()


async def take(page: Page, name: str, *, is_ready: str) -> None:
    await expect(page.locator(is_ready).first).to_be_visible()
    await page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")


async def pictures_of_a_purchase(
    browser: Browser, session: str, **options: Any
) -> None:
    page = await browser.new_page(**options)
    end = "-phone" if options["viewport"] is PHONE else ""
    await page.goto(session)
    await page.locator(".best > button").click()
    await page.locator(".best-counts .count").nth(1).click()
    await page.locator("main a[href^='/sign-up']").click()
    await page.locator("[name=name]").fill("Íris")
    await page.locator("[name=email]").fill(f"{uuid4().hex}@cinema.example")
    await page.locator("[name=password]").fill("a-long-walk-to-the-sea")
    await page.locator("main [type=submit]").click()
    await page.locator(".best > button").click()
    await page.locator(".best-counts .count").nth(1).click()
    await take(page, f"reservation{end}", is_ready=".pay-buttons")
    await page.locator(".pay-buttons .main").click()
    await page.locator(".outcome a[href='/tickets']").click()
    await take(page, f"tickets{end}", is_ready=".qr")
    await page.close()


async def main(address: str) -> None:
    after = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT21:00:00Z}"
    async with httpx2.AsyncClient(base_url=address) as http:
        found = (await ask(http, SESSION, {"after": after})).json()["data"]
    session = found["sessions"]["edges"][0]["node"]
    cinema, start = session["cinema"]["id"], session["startsAtLocal"]
    day = f"{address}/?cinema={cinema}&day={start[:10]}"
    seats = f"{address}/sessions/{session['id']}"
    expect.set_options(timeout=PATIENCE_MS)
    async with chromium() as browser:
        dark: dict[str, Any] = {"color_scheme": "dark", "locale": "pt-BR"}
        for name, url, ready in (
            ("movies", day, ".session"),
            ("session", seats, ".map:not(.stale, .connecting) [role=grid]"),
        ):
            await picture(browser, url, name, is_ready=ready, viewport=WIDE)
            await picture(
                browser, url, f"{name}-phone", is_ready=ready, viewport=PHONE, **dark
            )
        await pictures_of_a_purchase(browser, seats, viewport=WIDE)
        await pictures_of_a_purchase(browser, seats, viewport=PHONE, **dark)


asyncio.run(main(f"http://127.0.0.1:{sys.argv[1]}"))
