"""The page for customers on a phone, by touch, in each language."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, expect

from persistence.postgres.pool import Pool
from tests.support.browser import PATIENCE_MS
from tests.support.page_rules import NARROW, has_room
from tests.support.run import ROOT
from tests.support.running_service import Customer, RunningService
from tests.support.seat_map_page import free_seats, held_on, session_to_come, sign_in

COVERED = """(node) => {
  const {left, top, width, height} = node.getBoundingClientRect();
  return document.elementFromPoint(left + width / 2, top + height / 2) !== node;
}"""
PASSWORD = "a-long-walk-to-the-sea"  # of people that the tests make up


@pytest.fixture(params=["en", "pt-BR", "es"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def page(shop_browser: Browser, language: str) -> AsyncIterator[Page]:
    context = await shop_browser.new_context(
        locale=language,
        viewport={"width": 360, "height": 740},
        is_mobile=True,
        has_touch=True,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield await context.new_page()
    await context.close()


def texts(language: str) -> dict[str, Any]:
    file = ROOT / "web/shop/src/i18n" / f"{language}.json"
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


async def open_by_touch(page: Page, service: RunningService, ana: Customer) -> None:
    session = await session_to_come(ana)
    day, cinema = session["startsAtLocal"][:10], session["cinema"]["id"]
    await page.goto(f"{service.address}/?day={day}&cinema={cinema}")
    await page.locator(f"a[href='/sessions/{session['id']}']").tap()
    await expect(page.locator(".map.live")).to_be_visible()


async def sign_up(page: Page, words: dict[str, Any]) -> None:
    await page.get_by_role("main").get_by_role("link", name=words["sign_up"]).tap()
    await page.get_by_label(words["name"], exact=True).fill("Íris")
    await page.get_by_label(words["email"]).fill(f"{uuid4().hex}@cinema.example")
    await page.get_by_label(words["password"]).fill(PASSWORD)
    await page.get_by_role("button", name=words["sign_up"]).tap()


async def test_a_purchase_by_touch_in_each_language(
    page: Page,
    language: str,
    service: RunningService,
    ana: Customer,
    live_pool: Pool,
) -> None:
    words = texts(language)
    await open_by_touch(page, service, ana)
    assert await page.evaluate("document.documentElement.lang") == language
    free = page.get_by_role("gridcell", name=re.compile(f", {words['seat_free']},"))
    name = await free.nth(12).get_attribute("aria-label") or ""
    place = re.compile("^" + ", ".join(name.split(", ")[:2]) + ",")
    seat = page.get_by_role("gridcell", name=place)
    await seat.tap()  # comes closer: it was too small to hit
    await expect(seat).to_have_attribute("aria-selected", "false")
    await seat.tap()
    await expect(seat).to_have_attribute("aria-selected", "true")
    hold = page.get_by_role("button", name=words["choice_hold"])
    await hold.tap()
    await sign_up(page, words)
    await expect(seat).to_have_attribute("aria-selected", "true")
    await hold.tap()
    await held_on(page, live_pool)
    pay = words["pay_amount"].partition("{")[0]
    await page.get_by_role("button", name=re.compile(f"^{pay}")).tap()
    await expect(
        page.get_by_role("heading", name=words["sold_heading"])
    ).to_be_visible()
    await page.get_by_role("link", name=words["sold_tickets"]).tap()

    await expect(page.get_by_text(words["ticket_valid"], exact=True)).to_be_visible()
    await expect(page.get_by_role("img", name=words["qr_of"][:4])).to_be_visible()


@pytest.mark.parametrize("language", ["en"], indirect=True)
async def test_the_choice_never_covers_the_seat_that_has_the_focus(
    page: Page, service: RunningService, ana: Customer
) -> None:
    await page.set_viewport_size({"width": 640, "height": 400})  # 1280 at 200 % zoom
    await open_by_touch(page, service, ana)
    focus = page.locator(":focus")
    for _ in range(2):
        await free_seats(page).first.press("Space")
    await expect(page.locator(".choice-seats li").nth(1)).to_be_visible()
    await page.keyboard.press("Control+End")
    assert not await focus.evaluate(COVERED)
    await page.keyboard.press("Control+Home")
    assert not await focus.evaluate(COVERED)


@pytest.mark.parametrize("language", ["pt-BR", "es"], indirect=True)
async def test_longer_texts_have_room_on_the_narrowest_screen(
    page: Page, service: RunningService, ana: Customer
) -> None:
    await page.set_viewport_size(NARROW)
    session = await session_to_come(ana)
    day, cinema = session["startsAtLocal"][:10], session["cinema"]["id"]
    await sign_in(page.context, service, 40)
    for path, part in (
        (f"/?day={day}&cinema={cinema}", ".session"),
        (f"/sessions/{session['id']}", ".map.live"),
        ("/account", ".card"),
        ("/tickets", ".empty"),
        ("/sign-up", "form"),
    ):
        await page.goto(service.address + path)
        await expect(page.locator(part).first).to_be_visible()
        await has_room(page)
