"""The page for customers in unusual circumstances: the hour, the browser, the order."""

import re
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from persistence.postgres.pool import Pool
from tests.support.browser import PATIENCE_MS
from tests.support.cinema import postpone_expiry
from tests.support.running_service import Customer, RunningService
from tests.support.seat_map_page import heading, pay_button, sign_in

NO_SESSIONS = {
    "data": {
        "sessions": {"pageInfo": {"hasNextPage": False, "endCursor": None}, "edges": []}
    }
}


@pytest.fixture
async def context(shop_browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await shop_browser.new_context(locale="en", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    yield context
    await context.close()
    assert faults == []


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    return await context.new_page()


async def test_late_in_the_evening_the_sessions_of_the_next_day_are_shown(
    page: Page, service: RunningService
) -> None:
    days: list[str] = []

    async def answer(route: Route) -> None:
        variables = (route.request.post_data_json or {}).get("variables", {})
        day = variables.get("filter", {}).get("date")
        days.extend([day] if day else [])
        if day and day == days[0]:
            await route.fulfill(json=NO_SESSIONS)
        else:
            await route.continue_()

    await page.route("**/graphql", answer)
    strip = page.get_by_role("navigation", name="Day")
    titles = page.get_by_role("heading", level=2)
    await page.goto(service.address)
    await expect(page.get_by_text("no more sessions today")).to_be_visible()
    await expect(titles.first).to_be_visible()
    await expect(strip.locator("[aria-current=date]")).not_to_contain_text("Today")

    await strip.get_by_role("link", name="Today").click()
    await expect(page.get_by_text("No more sessions on")).to_be_visible()
    await expect(titles).to_have_count(0)
    await page.get_by_role("link", name="Go to").click()
    await expect(titles.first).to_be_visible()


async def test_a_press_before_the_payment_is_open_counts_when_it_is(
    context: BrowserContext,
    page: Page,
    service: RunningService,
    bruno: Customer,
    live_pool: Pool,
) -> None:
    is_open = False

    async def answer(route: Route) -> None:
        response = await route.fetch()
        answered = await response.json()
        if not is_open and (answered.get("data") or {}).get("reservation"):
            answered["data"]["reservation"]["payment"] = None
        await route.fulfill(response=response, json=answered)

    session, seats = await service.session(bruno)
    held = await bruno.reserve(session, seats[0])
    await postpone_expiry(live_pool, UUID(held["id"]))
    await sign_in(context, service, 1)
    await page.route_web_socket("**/graphql", lambda _: None)  # it says nothing
    await page.route("**/graphql", answer)
    await page.goto(f"{service.address}/reservations/{held['id']}")
    await pay_button(page).click()
    opening = page.get_by_role("status").filter(has_text="Your payment is being opened")
    await expect(opening).to_be_visible()
    busy = page.get_by_role("button", name=re.compile("^One moment"))
    await expect(busy).to_have_attribute("aria-disabled", "true")

    is_open = True
    await expect(heading(page, "Enjoy the movie")).to_be_visible()
