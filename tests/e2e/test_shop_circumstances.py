"""The page for customers in unusual circumstances: the hour, the browser, the order."""

import json
import re
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from persistence.postgres.pool import Pool
from tests.support.browser import PATIENCE_MS
from tests.support.cinema import postpone_expiry
from tests.support.running_service import Customer, RunningService
from tests.support.seat_map_page import (
    choose,
    heading,
    open_map,
    pay_button,
    press_hold,
    reservation_on,
    sign_in,
)

NO_SESSIONS = {
    "data": {
        "sessions": {"pageInfo": {"hasNextPage": False, "endCursor": None}, "edges": []}
    }
}

# As the page notes it for the account that is signed in.
NOTE_HOLD = """([session, held]) => {
  const {accessToken} = JSON.parse(localStorage['shop:tokens']);
  const {sub} = JSON.parse(atob(accessToken.split('.')[1]));
  const note = JSON.stringify({value: held, until: Date.now() + 3600000});
  localStorage.setItem(`shop:kept:${sub}:held:${session}`, note);
}"""
# What browsers do for who allows no cookies.
DENY = """(() => {
  const deny = () => { throw new DOMException('denied', 'SecurityError'); };
  for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
    Object.defineProperty(window, name, {get: deny});
  }
  for (const name of ['open', 'delete', 'keys', 'match']) {
    CacheStorage.prototype[name] = async () => deny();
  }
  LockManager.prototype.request = async () => deny();
  Object.defineProperty(navigator, 'serviceWorker', {get: deny});
})()"""
PASSWORD = "a-long-walk-to-the-sea"  # of people that the tests make up


@pytest.fixture
async def context(shop_browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await shop_browser.new_context(locale="en", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    yield context
    for page in context.pages:  # an answer that is being changed meanwhile is no fault
        await page.unroute_all(behavior="ignoreErrors")
    await context.close()
    assert faults == []


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    return await context.new_page()


async def fill_in(page: Page, name: str) -> None:
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("E-mail address").fill(f"{uuid4().hex}@cinema.example")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Create account").click()


async def sign_up(page: Page, service: RunningService, name: str) -> str:
    """Their access token."""
    await page.goto(f"{service.address}/sign-up")
    await fill_in(page, name)
    await expect(heading(page, "My tickets")).to_be_focused()
    kept = await page.evaluate("localStorage['shop:tokens']")
    return str(json.loads(kept)["accessToken"])


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


async def test_other_tabs_follow_who_signs_out_and_in(
    context: BrowserContext, service: RunningService, live_pool: Pool
) -> None:
    first, account, tickets, map_page, held_page = [
        await context.new_page() for _ in range(5)
    ]
    token = await sign_up(first, service, "Íris")
    async with service.customer_with_token(token) as iris:
        session, seats = await service.session(iris)
        sold = await iris.reserve(session, seats[0])
        await postpone_expiry(live_pool, UUID(sold["id"]))
        await iris.approve(await iris.payment_of(sold["id"]))
        held = await iris.reserve(session, seats[1])
        await postpone_expiry(live_pool, UUID(held["id"]))
    await open_map(map_page, f"{service.address}/sessions/{session}")
    await map_page.evaluate(NOTE_HOLD, [session, held["id"]])
    await map_page.reload()
    await expect(map_page.get_by_text("You hold seats")).to_be_visible()
    await held_page.goto(f"{service.address}/reservations/{held['id']}")
    await expect(pay_button(held_page)).to_be_visible()
    await tickets.goto(f"{service.address}/tickets")
    await expect(tickets.get_by_text("valid", exact=True)).to_be_visible()
    await account.goto(f"{service.address}/account")
    name = account.get_by_label("Name")
    await expect(name).to_have_value("Íris")

    await sign_up(first, service, "Otto")  # over her, without signing out
    await expect(name).to_have_value("Otto")
    await expect(tickets.get_by_text("You have no tickets")).to_be_visible()
    await expect(map_page.get_by_text("You hold seats")).to_have_count(0)
    await expect(heading(held_page, "This page does not exist")).to_be_visible()

    await account.get_by_role("button", name="Sign out").first.click()
    for page in (tickets, held_page):
        await expect(page.get_by_role("main")).to_contain_text("Sign in")
    await expect(first.get_by_role("main")).to_contain_text("You are not signed in")


async def test_a_browser_that_keeps_nothing_buys_all_the_same(
    context: BrowserContext, page: Page, service: RunningService, live_pool: Pool
) -> None:
    await context.add_init_script(DENY)
    await page.goto(service.address)
    await page.get_by_role("link", name="Sign in").click()
    await page.get_by_role("main").get_by_role("link", name="Create account").click()
    await fill_in(page, "Íris")
    await expect(heading(page, "My tickets")).to_be_visible()
    await page.get_by_role("link", name="To the movies").click()
    await page.locator("a.session").last.click()
    await expect(page.locator(".map.live")).to_be_visible()
    await choose(page, 3)
    await press_hold(page)
    await postpone_expiry(live_pool, await reservation_on(page))
    await pay_button(page).click()
    await expect(heading(page, "Enjoy the movie")).to_be_visible()
    await page.get_by_role("link", name="Show my tickets").click()
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
