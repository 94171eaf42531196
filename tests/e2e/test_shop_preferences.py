"""The page for customers by what people have set: colours, zoom, motion, dark."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from loadtest.documents import SEAT_MAP
from persistence.postgres.pool import Pool
from tests.support.browser import PATIENCE_MS
from tests.support.cinema import postpone_expiry
from tests.support.page_rules import has_room
from tests.support.running_service import Customer, RunningService
from tests.support.seat_map_page import (
    a_session,
    free_seats,
    heading,
    held_on,
    open_map,
    pay_button,
    press_hold,
    session_to_come,
    sign_in,
)

HALF: ViewportSize = {"width": 640, "height": 400}  # 1280 at 200 % zoom
SYSTEM_COLOURS = """() => {
  const probe = document.body.appendChild(document.createElement("i"));
  const names = ["Canvas", "CanvasText", "ButtonText", "GrayText", "Highlight"];
  return names.map((name) => {
    probe.style.color = name;
    return getComputedStyle(probe).color;
  });
}"""
SEAT = """(node) => {
  const {fill, stroke, strokeDasharray} = getComputedStyle(node);
  const shape = [node.getAttribute("d"), fill === "none", strokeDasharray];
  return {fill, stroke, shape: String(shape)};
}"""
CONTROL = """(node) => {
  const {color, backgroundColor, outline, border, textDecorationLine} =
    getComputedStyle(node);
  return String([color, backgroundColor, outline, border, textDecorationLine]);
}"""
# What has the focus, and cannot be seen or pressed (WCAG 2.4.11).
COVERED = """() => {
  const controls = "a[href], button, input, select, summary, [tabindex='0']";
  return [...document.querySelectorAll(controls)].flatMap((node) => {
    node.focus();
    if (document.activeElement !== node) return [];
    // Of its part in the window: the strip of days shows the beginning of the next one.
    const {left, top, right, bottom} = node.getBoundingClientRect();
    const middle = (from, to, end) => (Math.max(from, 0) + Math.min(to, end)) / 2;
    const there = document.elementFromPoint(
      middle(left, right, innerWidth), middle(top, bottom, innerHeight),
    );
    return node.contains(there) || there?.contains(node) ? [] :
      [[node.outerHTML.slice(0, 120), there?.outerHTML.slice(0, 120)]];
  });
}"""
ZOOM_IN = """() => {
  document.querySelector(".map-tools button").click();
  return document.getAnimations().length;
}"""
GROUND = """() => getComputedStyle(document.body).backgroundColor
  .match(/\\d+/g).slice(0, 3).map(Number)"""


@asynccontextmanager
async def opened(browser: Browser, **settings: Any) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="en", **settings)
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield await context.new_page()
    await context.close()


async def choose_by_key(page: Page) -> None:
    """The first free seat."""
    chosen = page.locator("[role=grid] [aria-selected=true]")
    before = await chosen.count()
    await free_seats(page).first.press("Space")
    await expect(chosen).not_to_have_count(before)


async def sold_and_held(
    service: RunningService, pool: Pool, session: str
) -> tuple[str, str]:
    """Two seats that somebody else has."""
    async with service.customer(35) as other:
        seats = (await other.ask(SEAT_MAP, id=session))["seatMap"]["seats"]
        free = [seat["id"] for seat in seats if seat["status"] == "AVAILABLE"][12:14]
        ids = []
        for seat in free:
            reservation = (await other.reserve(session, seat))["id"]
            await postpone_expiry(pool, UUID(reservation))
            ids.append(reservation)
        await other.approve(await other.payment_of(ids[0]))
    return free[0], free[1]


async def test_seats_differ_by_shape_in_the_colours_of_the_system(
    shop_browser: Browser, service: RunningService, ana: Customer, live_pool: Pool
) -> None:
    session = await a_session(ana, 90)
    sold, held = await sold_and_held(service, live_pool, session)
    async with opened(shop_browser, forced_colors="active") as page:
        await open_map(page, f"{service.address}/sessions/{session}")
        await choose_by_key(page)
        await page.get_by_role("button", name="Zoom in").focus()
        seats = {
            "free": free_seats(page).first,
            "chosen": page.locator("[role=grid] [aria-selected=true]").first,
            "sold": page.locator(f"#seat-{sold}"),
            "held": page.locator(f"#seat-{held}"),
        }
        looks = {name: await seat.evaluate(SEAT) for name, seat in seats.items()}
        assert len({look["shape"] for look in looks.values()}) == len(seats)
        system = {*await page.evaluate(SYSTEM_COLOURS), "none", "rgba(0, 0, 0, 0)"}
        for name, look in looks.items():
            assert {look["fill"], look["stroke"]} <= system, name
            await seats[name].focus()
            stroke = (await seats[name].evaluate(SEAT))["stroke"]
            assert stroke in system, name
            assert stroke not in {look["fill"], look["stroke"]}, name


async def test_what_is_chosen_differs_in_the_colours_of_the_system(
    shop_browser: Browser, service: RunningService, ana: Customer
) -> None:
    session = await session_to_come(ana)
    async with opened(shop_browser, forced_colors="active") as page:
        await page.goto(service.address)
        await current_differs(page.get_by_role("navigation", name="Day"))
        await open_map(page, f"{service.address}/sessions/{session['id']}")
        await page.get_by_role("button", name="As a list").click()
        await page.locator(".seat-list summary").last.click()
        free = page.locator(".seat-button[aria-disabled=false]")
        await free.nth(0).click()
        chosen = page.locator(".seat-button[aria-pressed=true]").first
        await expect(chosen).to_be_visible()
        await differ(chosen, page.locator(".seat-button.free").last)
        await page.goto(f"{service.address}/tickets")
        await current_differs(page.get_by_role("navigation", name="Main"))


async def current_differs(navigation: Locator) -> None:
    current = navigation.locator("a[aria-current]")
    await expect(current).to_be_visible()  # which day it is, the sessions say
    await differ(current, navigation.locator("a:not([aria-current])").first)


async def differ(one: Locator, other: Locator) -> None:
    assert await one.evaluate(CONTROL) != await other.evaluate(CONTROL)


async def test_nothing_is_cut_off_or_covered_at_200_percent(
    shop_browser: Browser, service: RunningService, ana: Customer, live_pool: Pool
) -> None:
    session = await a_session(ana, 90)
    zoomed = {"viewport": HALF, "device_scale_factor": 2}
    async with opened(shop_browser, **zoomed) as page:
        await sign_in(page.context, service, 36)
        await page.goto(service.address)
        await (
            page.get_by_role("navigation", name="Day")
            .get_by_role("link")
            .nth(3)
            .click()
        )
        await expect(page.locator(".session").first).to_be_visible()
        await is_whole(page)
        await open_map(page, f"{service.address}/sessions/{session}")
        for _ in range(4):
            await choose_by_key(page)
        await is_whole(page)
        await press_hold(page)
        await held_on(page, live_pool)
        await expect(pay_button(page)).to_have_attribute("aria-disabled", "false")
        await is_whole(page)
        await pay_button(page).click()
        await expect(heading(page, "Enjoy the movie")).to_be_visible()
        await is_whole(page)


async def is_whole(page: Page) -> None:
    await has_room(page)
    covered = await page.evaluate(COVERED)
    assert covered == [], covered


async def test_nothing_moves_where_less_motion_is_wanted(
    shop_browser: Browser, service: RunningService, ana: Customer
) -> None:
    session = (await session_to_come(ana))["id"]
    for wanted, moving in (("no-preference", 1), ("reduce", 0)):
        async with opened(shop_browser, reduced_motion=wanted) as page:
            await open_map(page, f"{service.address}/sessions/{session}")
            assert await page.evaluate(ZOOM_IN) == moving


async def test_the_page_is_dark_where_that_is_wanted(
    shop_browser: Browser, service: RunningService
) -> None:
    async with opened(shop_browser, color_scheme="dark") as page:
        await page.goto(service.address)
        assert max(await page.evaluate(GROUND)) < 64
        await page.emulate_media(color_scheme="light")
        assert min(await page.evaluate(GROUND)) > 192
