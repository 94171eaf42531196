"""Buying on the page when tabs crash, answers are lost, and servers die."""

import asyncio
import os
import signal
from uuid import UUID

from playwright.async_api import Page, Route, expect

from persistence.postgres.pool import Pool
from seeds.people import LOAD_CUSTOMERS
from tests.support.cinema import postpone_expiry
from tests.support.polling import soon
from tests.support.running_service import Customer, RunningService
from tests.support.seat_map_page import (
    Enter,
    a_session,
    choose,
    free_seats,
    heading,
    held_on,
    name_of,
    open_map,
    pay_button,
    press_hold,
    reservation_on,
    reservations,
)

# What the calls that hold seats or pay have, and no others.
HOLDS = '"expectedTotal"'
PAYS = '"paymentId"'


async def unanswered(page: Page, mark: str) -> asyncio.Future[Route]:
    """The first call with this mark, when the server has done it."""
    done: asyncio.Future[Route] = asyncio.get_running_loop().create_future()

    async def pass_on(route: Route) -> None:
        if done.done() or mark not in (route.request.post_data or ""):
            await route.continue_()
            return
        answer = await route.fetch()
        if "PersistedQueryNotFound" in await answer.text():
            await route.fulfill(response=answer)
        else:
            done.set_result(route)

    await page.route("**/graphql", pass_on)
    return done


async def sales(pool: Pool, session: str, customer: int) -> list[tuple[str, str]]:
    """Statuses of the reservation and of its payment, for each payment."""
    rows = await pool.fetch(
        "SELECT r.status, p.status AS payment FROM reservations r"
        " JOIN payments p ON p.reservation_id = r.id"
        " WHERE session_id = $1 AND r.customer_id = $2",
        UUID(session),
        LOAD_CUSTOMERS[customer].id,
    )
    return [(row["status"], row["payment"]) for row in rows]


async def test_a_new_tab_after_a_crash_goes_on_with_what_was_begun(
    enter: Enter, ana: Customer, live_pool: Pool
) -> None:
    session = await a_session(ana, 90)
    page = await enter(session, 10)
    where = page.url
    await choose(page, 20)
    done = await unanswered(page, HOLDS)
    await press_hold(page)
    await soon(done)
    await page.close()
    tab = await page.context.new_page()
    await tab.goto(where)
    held = await held_on(tab, live_pool)
    paid = await unanswered(tab, PAYS)
    await pay_button(tab).click()
    await soon(paid)
    where = tab.url
    await tab.close()
    last = await page.context.new_page()
    await last.goto(where)

    await expect(heading(last, "Enjoy the movie")).to_be_visible()
    assert await reservations(live_pool, session, 10) == [held]
    assert await sales(live_pool, session, 10) == [("CONFIRMED", "APPROVED")]


async def test_a_new_tab_shows_the_way_to_seats_that_are_held(
    enter: Enter, ana: Customer, live_pool: Pool
) -> None:
    session = await a_session(ana, 90)
    page = await enter(session, 11)
    where = page.url
    await choose(page, 21)
    await press_hold(page)
    await held_on(page, live_pool)
    held = page.url
    await page.close()
    tab = await page.context.new_page()
    await open_map(tab, where)

    await tab.get_by_role("link", name="Go on to payment").click()
    await expect(heading(tab, "Your seats are held")).to_be_visible()
    assert tab.url == held


async def test_two_tabs_of_one_person_do_not_take_each_other_for_a_retry(
    enter: Enter, ana: Customer, live_pool: Pool
) -> None:
    session = await a_session(ana, 90)
    one = await enter(session, 12)
    other = await one.context.new_page()
    await open_map(other, one.url)
    await choose(one, 22)
    await choose(other, 26)
    done = await unanswered(one, HOLDS)
    await press_hold(one)
    await soon(done)
    await press_hold(other)
    second = await reservation_on(other)
    await (await done).abort()
    first = await reservation_on(one)

    assert await reservations(live_pool, session, 12) == [first, second]


async def test_lost_answers_are_asked_for_again_and_nothing_is_bought_twice(
    enter: Enter, ana: Customer, live_pool: Pool
) -> None:
    session = await a_session(ana, 90)
    page = await enter(session, 13)
    await choose(page, 23)
    held = await unanswered(page, HOLDS)
    await press_hold(page)
    await (await soon(held)).abort()
    await held_on(page, live_pool)
    await page.unroute_all()
    paid = await unanswered(page, PAYS)
    await pay_button(page).click()
    await (await soon(paid)).abort()

    await expect(heading(page, "Enjoy the movie")).to_be_visible()
    assert await sales(live_pool, session, 13) == [("CONFIRMED", "APPROVED")]


async def test_the_api_may_be_killed_between_the_press_and_the_answer(
    enter: Enter, ana: Customer, service: RunningService, live_pool: Pool
) -> None:
    session = await a_session(ana, 90)
    page = await enter(session, 14)
    await choose(page, 24)
    done = await unanswered(page, HOLDS)
    await press_hold(page)
    route = await soon(done)
    [held] = await reservations(live_pool, session, 14)
    await postpone_expiry(live_pool, held)  # a slow start of the API does not end it
    os.kill(service.run.children()["API"], signal.SIGKILL)
    await route.abort()

    assert await reservation_on(page) == held
    await expect(page.get_by_role("timer")).to_be_visible()
    assert await reservations(live_pool, session, 14) == [held]


async def test_a_map_is_live_again_after_the_api_was_killed(
    enter: Enter,
    ana: Customer,
    bruno: Customer,
    service: RunningService,
    live_pool: Pool,
) -> None:
    session = await a_session(ana, 90)
    page = await enter(session, 15)
    # Far from those of other tests: a hold that they made last longer looks free here.
    seat = free_seats(page).nth(60)
    name, mark = await name_of(seat), await seat.get_attribute("id") or ""
    api = service.run.children()["API"]
    os.kill(api, signal.SIGKILL)
    await service.wait_for_another_api(api)
    held = await bruno.reserve(session, mark.removeprefix("seat-"))
    assert held["__typename"] == "Reservation", held
    await postpone_expiry(live_pool, UUID(held["id"]))

    taken = page.get_by_role("gridcell", name=name)
    await expect(taken).to_have_attribute("aria-disabled", "true")
    await expect(page.locator(".map.live")).to_be_visible()
