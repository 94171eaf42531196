"""The page for customers in a browser: movies, languages, the account, tickets."""

import json
import re
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from persistence.postgres.pool import Pool
from tests.support.browser import PATIENCE_MS
from tests.support.run import ROOT
from tests.support.running_service import Customer, RunningService
from tests.support.seat_map_page import buy, session_to_come

ASSETS = ROOT / "web/shop/dist/assets"
JAVASCRIPT_KB = 45  # gzip, of what a buyer loads up to the map
PASSWORD = "a-long-walk-to-the-sea"  # of people that the tests make up


@pytest.fixture
async def context(shop_browser: Browser) -> AsyncIterator[BrowserContext]:
    """With a phone's window; nothing may go wrong unseen."""
    context = await shop_browser.new_context(
        viewport={"width": 390, "height": 844}, locale="en"
    )
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    faults: list[str] = []

    def record(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            faults.append(message.text)

    context.on("console", record)
    context.on("weberror", lambda error: faults.append(str(error.error)))
    yield context
    await context.close()
    assert faults == []


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    return await context.new_page()


async def sign_up(page: Page, service: RunningService) -> str:
    """A new customer, and their access token."""
    await page.goto(f"{service.address}/sign-up")
    await page.get_by_label("Name").fill("Íris")
    await page.get_by_label("E-mail address").fill(f"{uuid4().hex}@cinema.example")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_role("heading", name="My tickets")).to_be_focused()
    kept = await page.evaluate("localStorage['shop:tokens']")
    return str(json.loads(kept)["accessToken"])


async def test_movies_lead_to_their_sessions_and_back(
    page: Page, service: RunningService
) -> None:
    await page.goto(service.address)
    cinemas = page.get_by_label("Cinema", exact=True)
    await cinemas.select_option(label="Cine Paulista · São Paulo")
    await page.get_by_role("navigation", name="Day").get_by_role("link").nth(3).click()
    await expect(page.get_by_text("Loading…")).to_have_count(0)
    titles = page.get_by_role("heading", level=2)
    title = await titles.first.inner_text()
    await page.get_by_label("Search movies").fill(title.upper())
    await expect(titles).to_have_count(1)
    where = page.url
    await titles.first.get_by_role("link").click()

    await expect(page.get_by_role("heading", level=1, name=title)).to_be_focused()
    await expect(page).to_have_title(f"{title} · Cinema tickets")
    assert "/movies/" in page.url
    await page.go_back()
    await expect(titles).to_have_count(1)
    assert page.url == where
    await page.goto(service.address)  # the cinema is remembered
    await expect(cinemas.locator(":checked")).to_have_text("Cine Paulista · São Paulo")


async def test_the_days_of_two_weeks_stand_above_their_movies(
    page: Page, service: RunningService
) -> None:
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.goto(service.address)
    last_day = page.get_by_role("navigation", name="Day").get_by_role("link").last
    movies = page.locator(".movies")
    await expect(movies).to_be_visible()
    day, below = await last_day.bounding_box(), await movies.bounding_box()
    assert day and below
    assert day["x"] + day["width"] <= below["x"] + below["width"]


async def test_free_seats_are_asked_for_again_while_somebody_looks(
    page: Page, service: RunningService, ana: Customer, live_pool: Pool
) -> None:
    await page.clock.install()
    session = await session_to_come(ana)
    day, cinema = session["startsAtLocal"][:10], session["cinema"]["id"]
    await page.goto(f"{service.address}/?day={day}&cinema={cinema}")
    first = page.locator(f"a[href='/sessions/{session['id']}'] .free")
    before = await first.inner_text()
    await buy(ana, live_pool, 1)

    await page.clock.fast_forward(16_000)
    await expect(first).not_to_have_text(before)


async def test_the_language_is_the_browsers_until_another_is_chosen(
    shop_browser: Browser, service: RunningService
) -> None:
    context = await shop_browser.new_context(locale="pt-PT")
    page = await context.new_page()
    heading = page.get_by_role("heading", level=1)
    await page.goto(service.address)
    await expect(heading).to_have_text("Filmes")
    choice = page.get_by_role("contentinfo").get_by_role("combobox")
    for language, title in (("Español", "Películas"), ("English", "Movies")):
        await choice.select_option(label=language)
        await expect(heading).to_have_text(title)
    assert await page.evaluate("document.documentElement.lang") == "en"

    await page.reload()
    await expect(heading).to_have_text("Movies")
    await context.close()


async def test_refusals_are_shown_beside_their_fields(
    page: Page, service: RunningService
) -> None:
    await page.goto(f"{service.address}/sign-up")
    await page.get_by_label("Name").fill("Íris")
    await page.get_by_label("E-mail address").fill(f"{uuid4().hex}@cinema.example")
    password = page.get_by_label("Password")
    await password.fill("password")
    await page.get_by_role("button", name="Create account").click()

    await expect(password).to_be_focused()
    await expect(password).to_have_attribute("aria-invalid", "true")
    await expect(password).to_have_accessible_description(re.compile("too common"))


async def test_an_account_is_kept_left_and_entered_again(
    page: Page, service: RunningService
) -> None:
    await sign_up(page, service)
    await page.get_by_role("link", name="Account").click()
    await page.get_by_label("Name").fill("Íris Lima")
    await page.get_by_role("button", name="Save").first.click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    address = page.locator(".card", has_text="E-mail address").locator("p").first
    email = await address.inner_text()
    await page.get_by_role("button", name="Sign out").first.click()
    await page.get_by_role("link", name="My tickets").click()
    await page.get_by_role("main").get_by_role("link", name="Sign in").click()
    await page.get_by_label("E-mail address").fill(email.split()[0])
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()

    await expect(page.get_by_role("heading", name="My tickets")).to_be_focused()
    assert page.url == f"{service.address}/tickets"


async def test_tickets_open_without_a_network_and_go_back(
    page: Page, context: BrowserContext, service: RunningService, live_pool: Pool
) -> None:
    token = await sign_up(page, service)
    async with service.customer_with_token(token) as iris:
        await buy(iris, live_pool, 2)
    await page.goto(f"{service.address}/tickets")
    valid = page.get_by_text("valid", exact=True)
    await expect(valid).to_have_count(2)
    await page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    await context.set_offline(True)
    await page.reload()
    await expect(page.get_by_text("There is no connection.")).to_be_visible()
    await expect(valid).to_have_count(2)

    await context.set_offline(False)
    await page.reload()
    await page.get_by_text("Give tickets back").first.click()
    await page.get_by_role("checkbox").first.uncheck()
    await page.get_by_role("button", name="Give tickets back").click()
    await expect(page.get_by_text("given back", exact=True)).to_have_count(1)
    await expect(valid).to_have_count(1)


async def test_a_buyer_loads_little_javascript(
    shop_browser: Browser, service: RunningService, ana: Customer
) -> None:
    # With a file of texts, too.
    context = await shop_browser.new_context(locale="pt-BR")
    page = await context.new_page()
    await page.goto(service.address)
    await page.goto(f"{service.address}/sessions/{(await session_to_come(ana))['id']}")
    await expect(page.get_by_role("grid")).to_be_visible()

    names = await page.evaluate(
        "performance.getEntriesByType('resource').map(({name}) => name)"
    )
    files = {name.rpartition("/")[2] for name in names if name.endswith(".js")}
    sizes = {name: (ASSETS / f"{name}.gz").stat().st_size for name in files}
    assert sum(sizes.values()) <= JAVASCRIPT_KB * 1000, sizes
    await context.close()


async def test_a_ticket_is_passed_on_by_a_link(
    page: Page, shop_browser: Browser, service: RunningService, live_pool: Pool
) -> None:
    token = await sign_up(page, service)
    async with service.customer_with_token(token) as iris:
        await buy(iris, live_pool, 1)
    await page.goto(f"{service.address}/tickets")
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    await page.get_by_text("Pass a ticket on").click()
    await page.get_by_role("button", name="Make a link").click()
    link = await page.get_by_label("this link works once").input_value()
    other = await (await shop_browser.new_context(locale="en")).new_page()
    await sign_up(other, service)
    await other.goto(link)
    await other.get_by_role("button", name="Accept the ticket").click()

    await expect(other.get_by_role("img", name="QR code")).to_be_visible()
    assert "#" not in other.url  # the token is not kept in the history
    await page.reload()
    await expect(page.get_by_text("passed on")).to_be_visible()
    await expect(page.get_by_role("img", name="QR code")).to_have_count(0)
    await other.context.close()
