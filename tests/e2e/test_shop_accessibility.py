"""The page for customers by the rules of axe-core: each page, light and dark."""

import re
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from persistence.postgres.pool import Pool
from tests.support.cinema import expire_hold
from tests.support.page_rules import SPILLING, has_no_fault, open_all
from tests.support.running_service import Customer, RunningService
from tests.support.seat_map_page import held_on, pay_button, sign_in

NEVER_SIGNED_IN = ("/sign-in", "/sign-up", "/forgot-password", "/reset-password")


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
