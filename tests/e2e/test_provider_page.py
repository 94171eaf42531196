"""Paying at the provider's, from the page for customers and back, in time and late."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from loadtest.documents import REFUND_TICKETS
from persistence.postgres.pool import Pool
from tests.support.cinema import expire_hold
from tests.support.page_rules import has_no_fault
from tests.support.run import RunUnderTest
from tests.support.running_service import Customer, RunningService
from tests.support.seat_map_page import (
    Enter,
    a_session,
    choose,
    heading,
    held_on,
    press_hold,
    seats_of,
)

IN_A_DAY = "86400"  # money comes when the test says so, not by itself


@pytest.fixture(scope="session")
def live_run(paid_run: RunUnderTest) -> RunUnderTest:
    return paid_run


@dataclass(frozen=True)
class Late:
    """Money that comes after the end of the hold."""

    operator: Page  # the page of the sandbox, with its buttons for faults
    pool: Pool

    async def slow_money(self) -> None:
        fault = self.operator.get_by_role("button", name="slow_money", exact=True)
        await self.operator.get_by_label("Times").fill("1")
        await self.operator.get_by_label("Delay").fill(IN_A_DAY)
        await fault.click()
        await expect(self.operator.get_by_text("Remove slow_money")).to_be_visible()

    async def let_end(self, reservation: UUID) -> None:
        """The hold, and the time that the provider's page has."""
        await expire_hold(self.pool, reservation)
        await self.pool.execute(
            "UPDATE payment_attempts SET expires_at = clock_timestamp()"
            " WHERE reservation_id = $1",
            reservation,
        )

    async def money_arrives(self) -> None:
        await self.operator.reload()
        await press(self.operator, "The money arrives")


@pytest.fixture
async def late(
    shop_browser: Browser, service: RunningService, live_pool: Pool
) -> AsyncIterator[Late]:
    page = await shop_browser.new_page()
    await page.goto(service.run.settings()["STRIPE_API_URL"])
    yield Late(page, live_pool)
    await page.close()


async def go_to_payment(
    page: Page, pool: Pool, number: int, if_late: str = "the money back"
) -> UUID:
    """Holds the free seat with this number, and opens the provider's page for it."""
    await choose(page, number)
    await press_hold(page)
    reservation = await held_on(page, pool)
    await page.get_by_label(if_late, exact=True).check()
    await press(page, "Go to payment")
    await expect(page.get_by_role("heading", name=re.compile("^Pay "))).to_be_visible()
    return reservation


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name).click()


async def shows(page: Page, name: str) -> None:
    await expect(heading(page, name)).to_be_visible()


async def test_a_declined_card_then_another_and_the_tickets(
    enter: Enter, ana: Customer, live_pool: Pool
) -> None:
    page = await enter(await a_session(ana, 90), 20)
    await go_to_payment(page, live_pool, 20)
    await press(page, "declined")
    await expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    await press(page, "Pay by card")

    await page.wait_for_url("**/reservations/*")
    await shows(page, "Enjoy the movie")


async def test_who_comes_back_without_paying_can_go_there_again(
    enter: Enter, ana: Customer, live_pool: Pool
) -> None:
    page = await enter(await a_session(ana, 90), 21)
    await go_to_payment(page, live_pool, 21)
    await press(page, "Cancel and go back")
    await shows(page, "Waiting for your payment")
    await has_no_fault(page)
    await press(page, "Back to the payment page")
    await press(page, "Pay by card")

    await shows(page, "Enjoy the movie")


async def pay_late(page: Page, number: int, if_late: str, late: Late) -> UUID:
    """Until the page waits for money that is on its way, without a hold."""
    await late.slow_money()
    reservation = await go_to_payment(page, late.pool, number, if_late)
    await press(page, "Pay by card")
    await shows(page, "Waiting for your payment")
    await late.let_end(reservation)
    await shows(page, "Your payment is being checked")
    return reservation


async def test_late_money_buys_the_same_seats_if_they_are_free(
    enter: Enter, ana: Customer, late: Late
) -> None:
    page = await enter(await a_session(ana, 90), 22)
    await pay_late(page, 22, "the same seats if they are free, or the money back", late)
    await late.money_arrives()

    await shows(page, "Enjoy the movie")


async def test_late_money_goes_back_if_the_buyer_wants(
    enter: Enter, ana: Customer, late: Late
) -> None:
    page = await enter(await a_session(ana, 90), 23)
    await pay_late(page, 23, "the money back", late)
    await page.reload()
    await shows(page, "Your payment is being checked")
    await has_no_fault(page)
    await late.money_arrives()

    await shows(page, "Your money goes back")
    await has_no_fault(page)


async def test_late_money_buys_other_seats_when_its_own_are_taken(
    enter: Enter, ana: Customer, service: RunningService, late: Late
) -> None:
    session = await a_session(ana, 90)
    page = await enter(session, 24)
    if_late = "the same or other good seats, or the money back"
    reservation = await pay_late(page, 24, if_late, late)
    seats = await seats_of(late.pool, reservation)
    for seat in seats:
        await service.delete_marker(seat)  # it ends with the hold, which was shortened
    taken = await ana.reserve(session, *seats)
    assert taken["__typename"] == "Reservation", taken
    await late.money_arrives()

    await shows(page, "You have other seats")
    await has_no_fault(page)


async def test_tickets_that_were_given_back_say_so(
    enter: Enter, ana: Customer, service: RunningService, live_pool: Pool
) -> None:
    page = await enter(await a_session(ana, 90), 25)
    reservation = await go_to_payment(page, live_pool, 25)
    await press(page, "Pay by card")
    await shows(page, "Enjoy the movie")
    async with service.customer(25) as buyer:
        await buyer.mutate(
            REFUND_TICKETS, reservationId=str(reservation), reason="test"
        )

    await shows(page, "Your tickets were given back")
    await has_no_fault(page)
