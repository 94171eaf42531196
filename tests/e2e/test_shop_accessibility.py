"""The page for customers by the rules of axe-core: each page, light and dark."""

import os
import re
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from persistence.postgres.pool import Pool
from tests.support.browser import PATIENCE_MS
from tests.support.cinema import expire_hold
from tests.support.run import ROOT
from tests.support.running_service import Customer, RunningService
from tests.support.seat_map_page import held_on, pay_button, sign_in

AXE = ROOT / "tests/browser/node_modules/axe-core/axe.min.js"
# What it finds: the rule, where, and what to do.
RUN = """async () => {
  const {violations} = await axe.run({runOnly: [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
  ]});
  return violations.flatMap(({id, nodes}) => nodes.slice(0, 3).map(
    ({html, failureSummary}) => [id, html.slice(0, 200), failureSummary],
  ));
}"""
# Less than any phone: a page of 1280 pixels at 400 % zoom (WCAG 1.4.10).
NARROW = 320
WIDER = "document.documentElement.scrollWidth - innerWidth"
SPILLING = """[...document.querySelectorAll("main :is(.session, .button, .card)")]
  .filter((part) => part.scrollWidth > part.clientWidth + 1)
  .map((part) => part.outerHTML.slice(0, 200))"""
NEVER_SIGNED_IN = ("/sign-in", "/sign-up", "/forgot-password", "/reset-password")


@pytest.fixture(scope="module", autouse=True)
def axe() -> None:
    """Skips the tests without it."""
    if not AXE.is_file():
        missing = "No axe-core: `make test` installs it, or says why it cannot."
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(missing)
        pytest.skip(missing)


@pytest.fixture
async def page(shop_browser: Browser) -> AsyncIterator[Page]:
    context = await shop_browser.new_context(
        locale="en",
        viewport={"width": NARROW, "height": 700},
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield await context.new_page()
    await context.close()


async def has_no_fault(page: Page) -> None:
    await page.evaluate(AXE.read_text())
    faults = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        faults += await page.evaluate(RUN)
    assert faults == []
    assert await page.evaluate(WIDER) <= 0
    assert await page.evaluate(SPILLING) == []


async def open_all(page: Page) -> None:
    for summary in await page.locator("main summary").all():
        await summary.click()


async def hold(page: Page, pool: Pool) -> UUID:
    """The best two seats; a slow test does not lose them."""
    await page.get_by_role("button", name="Best seats", exact=True).click()
    await page.get_by_role("button", name="Hold the 2 best").click()
    reservation = await held_on(page, pool)
    await expect(pay_button(page)).to_be_visible()
    return reservation


async def test_movies(page: Page, service: RunningService) -> None:
    await page.goto(service.address)
    await page.get_by_role("navigation", name="Day").get_by_role("link").nth(3).click()
    await expect(page.locator(".session").first).to_be_visible()
    await has_no_fault(page)
    await page.set_viewport_size({"width": 360, "height": 740})  # two cards in a row
    assert await page.evaluate(SPILLING) == []
    await page.get_by_label("Search movies").fill("no movie has this name")
    await expect(page.locator(".empty")).to_be_visible()
    await has_no_fault(page)
    await page.get_by_label("Search movies").fill("")
    await page.get_by_role("heading", level=2).first.get_by_role("link").click()
    await expect(page.locator("#showings")).to_be_visible()
    await expect(page.get_by_text("Loading…")).to_have_count(0)
    await has_no_fault(page)
    await page.goto(f"{service.address}/movies/none")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await has_no_fault(page)


@pytest.mark.parametrize("path", NEVER_SIGNED_IN)
async def test_forms_and_their_refusals(
    page: Page, service: RunningService, path: str
) -> None:
    await page.goto(f"{service.address}{path}")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await has_no_fault(page)
    for field in await page.locator("main input").all():
        email = await field.get_attribute("type") == "email"
        await field.fill("nobody@cinema.example" if email else "password")
    await page.locator("main button[type=submit]").click()
    await expect(
        page.locator("main .failure, main [role=status]").first
    ).to_be_visible()
    await has_no_fault(page)


async def test_a_purchase(
    page: Page, service: RunningService, ana: Customer, live_pool: Pool
) -> None:
    session, _ = await service.session(ana)
    await sign_in(page.context, service, 8)
    await page.goto(f"{service.address}/sessions/{session}")
    await expect(page.locator(".map.live")).to_be_visible()
    await has_no_fault(page)
    free = page.get_by_role("gridcell", name=re.compile(", free,")).first
    await free.focus()
    await page.keyboard.press("Space")
    await expect(page.locator("[aria-selected=true]").first).to_be_visible()
    await page.get_by_role("button", name="Best seats", exact=True).click()
    await has_no_fault(page)
    await page.get_by_role("button", name="Best seats", exact=True).click()
    await page.get_by_role("button", name="As a list").click()
    await page.locator(".seat-list summary").first.click()
    await has_no_fault(page)
    await page.context.set_offline(offline=True)
    await expect(page.get_by_text("The map is not up to date").first).to_be_visible()
    await has_no_fault(page)
    await page.context.set_offline(offline=False)
    await expect(page.locator(".staleness")).to_have_text("")

    reservation = await hold(page, live_pool)
    await has_no_fault(page)
    await expire_hold(live_pool, reservation)
    await page.reload()
    await expect(page.get_by_role("heading", name="The time is over")).to_be_visible()
    await has_no_fault(page)
    await page.get_by_role("link", name="Choose other seats").click()
    await expect(page.locator(".map.live")).to_be_visible()
    await hold(page, live_pool)
    await pay_button(page).click()
    await expect(page.get_by_role("heading", name="Enjoy the movie")).to_be_visible()
    await has_no_fault(page)
    await page.get_by_role("link", name="Show my tickets").click()
    await expect(page.locator(".qr").first).to_be_visible()
    await open_all(page)
    await page.get_by_role("button", name="Make a link").first.click()
    await expect(page.locator(".offer")).to_be_visible()
    await has_no_fault(page)


async def test_the_account(page: Page, service: RunningService) -> None:
    await sign_in(page.context, service, 9)
    await page.goto(f"{service.address}/account")
    await expect(page.get_by_role("heading", name="Your data")).to_be_visible()
    await open_all(page)
    await has_no_fault(page)
