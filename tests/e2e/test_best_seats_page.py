"""Finding seats on the page for customers: the best of a kind, and by their numbers."""

from playwright.async_api import Page, expect

from persistence.postgres.pool import Pool
from tests.support.cinema import postpone_expiry
from tests.support.running_service import Customer
from tests.support.seat_map_page import (
    Enter,
    a_session,
    choose,
    free_seats,
    press_hold,
    reservation_on,
    seats_of,
)

TOO_MANY = 9  # of the server's limit, which the page does not know
# Rows whose text has not the numbers of their seats, from left to right.
WRONG_ROWS = """(map) => {
  const texts = map.querySelectorAll('.numbers text');
  const left = (seat) => seat.transform.baseVal[0].matrix.e;
  return [...map.querySelectorAll('[role=row]')].filter((row, index) => {
    const seats = [...row.children].sort((a, b) => left(a) - left(b));
    const number = (seat) => /seat (\\d+)/.exec(seat.ariaLabel)[1];
    return seats.map(number).join('') !== texts[index].textContent;
  }).length;
}"""


async def find(page: Page, count: int, *, zone: str = "any", kind: str = "any") -> None:
    await page.get_by_role("button", name="Best seats").click()
    await page.get_by_text("More options").click()
    await page.get_by_role("spinbutton").first.fill(str(count))
    await page.get_by_label("Zone").select_option(label=zone)
    await page.get_by_label("Kind of seat").select_option(label=kind)
    await page.get_by_role("button", name="Hold the best ones").click()


async def held(page: Page, pool: Pool) -> list[tuple[str, str]]:
    """Zone and feature of each seat of the reservation that the page leads to."""
    reservation = await reservation_on(page)
    await postpone_expiry(pool, reservation)
    rows = await pool.fetch(
        "SELECT zone.name, seat.features FROM session_seats AS sold"
        " JOIN seats AS seat ON seat.id = sold.seat_id"
        " JOIN price_zones AS zone ON zone.id = sold.zone_id"
        " WHERE sold.id = ANY ($1::uuid[])",
        await seats_of(pool, reservation),
    )
    return sorted(
        (row["name"], ", ".join(sorted({*row["features"]} - {"AISLE"}))) for row in rows
    )


async def test_the_best_seats_of_a_zone_and_of_a_kind(
    enter: Enter, ana: Customer, live_pool: Pool
) -> None:
    session = await a_session(ana, 90)
    page = await enter(session, 40)
    await find(page, 3, zone="VIP")
    assert await held(page, live_pool) == [("VIP", "RECLINER")] * 3

    page = await enter(session, 41)
    await find(page, 2, kind="wheelchair place, companion place")
    kinds = [kind for _, kind in await held(page, live_pool)]
    assert kinds == ["COMPANION", "WHEELCHAIR"]


async def test_refusals_say_what_is_missing_and_how_many_seats_one_may_have(
    enter: Enter, ana: Customer
) -> None:
    page = await enter(await a_session(ana, 90), 42)
    # Of nothing: a phone has no room for the hint beside the button.
    await page.get_by_role("button", name="Hold seats").click(force=True)
    alert = page.get_by_role("alert")
    await expect(alert.get_by_text("Choose seats on the map")).to_be_visible()

    await find(page, TOO_MANY)
    refusal = alert.get_by_text("up to 8")
    await expect(refusal).to_be_visible()

    await page.get_by_role("button", name="Close this message").click()
    await expect(refusal).to_have_count(0)
    chosen = page.locator(".choice-seats li")
    for _ in range(TOO_MANY):
        await choose(page, 0)
    await expect(chosen).to_have_count(TOO_MANY)
    await press_hold(page)
    await expect(refusal).to_be_visible()


async def test_seats_have_their_numbers_where_these_can_be_read(
    enter: Enter, ana: Customer
) -> None:
    page = await enter(await a_session(ana, 90), 43)
    await page.set_viewport_size({"width": 360, "height": 740})
    await expect(free_seats(page).first).to_be_visible()
    grid, numbers = page.get_by_role("grid"), page.locator(".numbers")
    await page.get_by_role("button", name="Whole room").click()
    await expect(numbers).to_be_hidden()
    # One node for each row, not for each seat.
    rows = await grid.get_by_role("row").count()
    await expect(numbers.locator("*")).to_have_count(rows)
    for _ in range(4):
        await page.get_by_role("button", name="Zoom in").click()
    await expect(numbers).to_be_visible()
    assert await grid.evaluate(WRONG_ROWS) == 0
