"""Buying on the page for customers, in a browser: the live map, the hold, the end."""

import re

from playwright.async_api import expect

from loadtest import documents
from persistence.postgres.pool import Pool
from tests.support.polling import eventually
from tests.support.running_service import Customer, RunningService
from tests.support.seat_map_page import (
    Enter,
    a_session,
    free_seats,
    held_on,
    name_of,
    pay_button,
)

BLOCK = """mutation ($input: BlockSeatsInput!) {
  blockSeats(input: $input) { __typename ... on Problem { code message } }
}"""
WATCH_NODES = """() => {
  window.touched = new Set();
  window.added = 0;
  const watcher = new MutationObserver((changes) => {
    for (const {type, target, addedNodes, removedNodes} of changes) {
      if (type === "childList") window.added += addedNodes.length + removedNodes.length;
      else window.touched.add(target);
    }
  });
  watcher.observe(document.querySelector("[role=grid]"), {
    subtree: true, childList: true, attributes: true, characterData: true,
  });
}"""


async def test_a_purchase_by_mouse_survives_a_reload_at_each_step(
    enter: Enter, ana: Customer, live_pool: Pool
) -> None:
    page = await enter(await a_session(ana, 90), 2)
    seat = page.get_by_role("gridcell", name=await name_of(free_seats(page).nth(30)))
    await seat.click()
    await expect(seat).to_have_attribute("aria-selected", "true")
    await page.reload()
    await expect(seat).to_have_attribute("aria-selected", "true")
    await page.get_by_role("button", name="Hold seats").click()
    await held_on(page, live_pool)
    await pay_button(page).click()

    bought = page.get_by_role("heading", name="Enjoy the movie")
    await expect(bought).to_be_visible()
    await page.reload()
    await expect(bought).to_be_visible()


async def test_a_purchase_by_keyboard_alone(
    enter: Enter, ana: Customer, live_pool: Pool
) -> None:
    page = await enter(await a_session(ana, 90), 3)
    await page.locator("[role=grid] [tabindex='0']").focus()
    focus = page.locator(":focus")
    await page.keyboard.press("ArrowDown")
    while ", free," not in (await focus.get_attribute("aria-label") or ""):
        await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Space")
    await expect(focus).to_have_attribute("aria-selected", "true")
    await page.get_by_role("button", name="Hold seats").press("Enter")
    await held_on(page, live_pool)
    # There is nothing to pay until the payment is open, and keys do not wait.
    await expect(pay_button(page)).to_have_attribute("aria-disabled", "false")
    await pay_button(page).press("Enter")

    await expect(page.get_by_role("heading", name="Enjoy the movie")).to_be_visible()


async def test_the_slower_of_two_is_offered_other_seats(
    enter: Enter, ana: Customer
) -> None:
    session = await a_session(ana, 90)
    slow, fast = await enter(session, 4), await enter(session, 5)
    name = await name_of(free_seats(slow).nth(40))
    for page in (slow, fast):
        await page.get_by_role("gridcell", name=name).click()
    await fast.get_by_role("button", name="Hold seats").click()
    await fast.wait_for_url("**/reservations/*")

    await expect(slow.get_by_role("alert")).to_contain_text("Somebody else was faster")
    taken = slow.get_by_role("gridcell", name=name)
    await expect(taken).to_have_attribute("aria-disabled", "true")
    await slow.get_by_role("button", name=re.compile("^Take .* instead$")).click()
    await expect(slow.locator("[role=grid] [aria-selected='true']")).to_have_count(1)


async def test_a_map_without_a_network_looks_stale_and_sells_nothing(
    enter: Enter, ana: Customer
) -> None:
    page = await enter(await a_session(ana, 90), 6)
    await free_seats(page).first.click()
    hold = page.get_by_role("button", name="Hold seats")
    await expect(hold).to_have_attribute("aria-disabled", "false")
    await page.context.set_offline(True)

    await expect(page.get_by_text("The map is not up to date").first).to_be_visible()
    await expect(hold).to_have_attribute("aria-disabled", "true")
    await page.context.set_offline(False)
    await expect(page.locator(".map.live")).to_be_visible()
    await expect(hold).to_have_attribute("aria-disabled", "false")


async def test_an_update_of_100_seats_touches_their_nodes_alone(
    enter: Enter, ana: Customer, service: RunningService
) -> None:
    session = await a_session(ana, 900)
    page = await enter(session, 7)
    seats = (await ana.ask(documents.SEAT_MAP, id=session))["seatMap"]["seats"]
    free = [seat["id"] for seat in seats if seat["status"] == "AVAILABLE"][:100]
    manager = await ana.mutate(
        documents.SIGN_IN,
        email="manager@cinema.example",
        password="correct-horse-manager",
    )
    await page.evaluate(WATCH_NODES)
    async with service.customer_with_token(manager["accessToken"]) as marina:
        await marina.mutate(BLOCK, sessionId=session, seatIds=free, reason="test")

    async def has_arrived() -> bool:
        """Polled from here: in the page, its security policy forbids it."""
        return bool(await page.evaluate("window.touched.size >= 100"))

    await eventually(has_arrived)
    assert await page.evaluate("[window.touched.size, window.added]") == [100, 0]
