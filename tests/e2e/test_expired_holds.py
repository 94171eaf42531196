"""What the page shows at the end of a hold, and what can be done then."""

from uuid import UUID

from playwright.async_api import Page, expect

from persistence.postgres.pool import Pool
from tests.support.cinema import expire_hold
from tests.support.running_service import Customer, RunningService
from tests.support.seat_map_page import (
    Enter,
    a_session,
    choose,
    heading,
    held_on,
    pay_button,
    press_hold,
    reservation_on,
    reservations,
    seats_of,
)


async def expired(page: Page, pool: Pool, service: RunningService) -> UUID:
    """Holds seats and shows that their time is over."""
    await press_hold(page)
    reservation = await reservation_on(page)
    await expect(heading(page, "Your seats are held")).to_be_visible()
    await expire_hold(pool, reservation)
    for seat in await seats_of(pool, reservation):
        await service.delete_marker(seat)  # it ends with the hold, which was shortened
    await expect(heading(page, "The time is over")).to_be_visible()
    return reservation


async def test_seats_whose_time_is_over_can_be_held_again(
    enter: Enter, ana: Customer, service: RunningService, live_pool: Pool
) -> None:
    session = await a_session(ana, 90)
    page = await enter(session, 16)
    await choose(page, 27)
    before = await expired(page, live_pool, service)
    await page.get_by_role("button", name="Hold the same seats again").click()

    await expect(heading(page, "Your seats are held")).to_be_visible()
    after = await reservation_on(page)
    assert await reservations(live_pool, session, 16) == [before, after]


async def test_seats_that_others_hold_by_then_cannot_be_held_again(
    enter: Enter, ana: Customer, service: RunningService, live_pool: Pool
) -> None:
    session = await a_session(ana, 90)
    page = await enter(session, 17)
    await choose(page, 28)
    reservation = await expired(page, live_pool, service)
    again = page.get_by_role("button", name="Hold the same seats again")
    await expect(again).to_be_visible()
    taken = await ana.reserve(session, *await seats_of(live_pool, reservation))
    assert taken["__typename"] == "Reservation", taken
    await again.click()

    await expect(page.get_by_role("alert")).to_contain_text("no longer available")
    await expect(again).to_have_count(0)
    await page.get_by_role("link", name="Choose other seats").click()
    await expect(page.locator(".map.live")).to_be_visible()


async def test_the_end_of_the_time_is_said_and_stops_the_payment(
    enter: Enter, ana: Customer, live_pool: Pool
) -> None:
    page = await enter(await a_session(ana, 90), 18)
    await choose(page, 29)
    await press_hold(page)
    await held_on(page, live_pool)
    await page.clock.install()
    await page.reload()
    await expect(page.get_by_role("timer")).to_be_visible()
    await page.clock.fast_forward("02:00:00")

    await expect(page.get_by_role("alert").first).to_have_text("The time is over.")
    await expect(pay_button(page)).to_have_attribute("aria-disabled", "true")
