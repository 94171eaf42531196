"""What may become of a reservation, on its page, by the rules of axe-core."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Browser, Page, expect

from persistence.postgres.pool import Pool
from tests.support.changed_answers import (
    Answers,
    Change,
    Data,
    refusal,
    silence_socket,
    with_half_prices,
)
from tests.support.cinema import expire_hold, postpone_expiry
from tests.support.page_rules import has_no_fault, narrow_page
from tests.support.running_service import RunningService
from tests.support.seat_map_page import heading, sign_in

BUYER = 31
STATUSES = ("PENDING", "SUCCEEDED", "FAILED")  # of refunds


@dataclass(frozen=True)
class Held:
    reservation: UUID
    address: str


@pytest.fixture
async def held(service: RunningService, live_pool: Pool) -> Held:
    """Two seats, which a slow test does not lose, and their payment."""
    async with service.customer(BUYER) as buyer:
        session, free = await service.session(buyer)
        reservation = UUID((await buyer.reserve(session, *free[:2]))["id"])
        await postpone_expiry(live_pool, reservation)
        await buyer.payment_of(str(reservation))
    address = f"{service.address}/reservations/{reservation}"
    return Held(reservation, address)


@pytest.fixture
async def page(shop_browser: Browser, service: RunningService) -> AsyncIterator[Page]:
    async with narrow_page(shop_browser) as page:
        await sign_in(page.context, service, BUYER)
        yield page


def with_facts(**facts: Any) -> Change:
    return lambda data: data["reservation"].update(facts)


def nearly_over(data: Data) -> None:
    """Of seats with types to choose, paid at a provider's; one is left alone."""
    end = datetime.fromisoformat(data["serverTime"]) + timedelta(seconds=19)
    alone = [{"id": "1", "row": "K", "number": 7}]
    with_facts(expiresAt=end.isoformat(), orphans=alone)(data)
    for ticket in data["reservation"]["tickets"]:
        ticket["ticketType"]["proofRequired"] = True
    for seat in data["reservation"]["seats"]:
        with_half_prices(seat["prices"])
    data["reservation"]["payment"]["provider"] = "stripe"


async def test_a_hold_that_cannot_be_extended(
    page: Page, answers: Answers, held: Held
) -> None:
    await silence_socket(page)
    await answers.change("Reservation", nearly_over)
    refused = {"extendReservation": refusal("NoMoreExtensions")}
    await answers.give("ExtendReservation", refused)
    await page.goto(held.address)
    await expect(page.locator(".timer.urgent")).to_be_visible()
    await page.get_by_role("button", name="More time").click()
    await expect(page.locator(".problem")).to_be_visible()
    await expect(page.get_by_role("radio")).to_have_count(3)
    await expect(page.locator(".bill select")).to_have_count(2)
    await has_no_fault(page)

    await answers.change("Reservation", with_facts(extensionsLeft=0))
    await page.reload()
    await expect(page.get_by_text("This was the last extension.")).to_be_visible()
    await has_no_fault(page)


async def test_a_cancelled_reservation(page: Page, held: Held) -> None:
    await page.goto(held.address)
    await page.get_by_role("button", name="Give up these seats").click()
    await expect(heading(page, "This reservation is cancelled")).to_be_visible()
    await expect(page.get_by_role("button", name="Hold the same")).to_be_visible()
    await has_no_fault(page)


async def test_seats_that_cannot_be_held_again(
    page: Page, answers: Answers, held: Held, live_pool: Pool
) -> None:
    await expire_hold(live_pool, held.reservation)
    gone = refusal("SeatsUnavailable", seats=[])
    await answers.give("ReserveSeats", {"reserveSeats": gone})
    await page.goto(held.address)
    await page.get_by_role("button", name="Hold the same seats again").click()
    await expect(page.locator(".problem")).to_be_visible()
    await has_no_fault(page)


@pytest.mark.parametrize(
    ("title", "became"),
    [
        ("Enjoy the movie", "CONFIRMED APPROVED SOLD"),
        ("You have other seats", "CONFIRMED APPROVED RESEATED"),
        ("Some tickets were given back", "CONFIRMED PARTLY_REFUNDED SOLD"),
        ("Your tickets were given back", "CONFIRMED REFUNDED SOLD"),
        ("Your money goes back", "EXPIRED EXPIRED REFUNDED"),
    ],
)
async def test_money_and_what_came_of_it(
    page: Page, answers: Answers, held: Held, title: str, became: str
) -> None:
    """With refunds of each status, even where there is none of them."""
    status, paid, outcome = became.split()

    def end(data: Data) -> None:
        reservation = data["reservation"]
        reservation["status"] = status
        reservation["tickets"][0]["status"] = "REFUNDED"
        reservation["payment"] |= {"status": paid, "outcome": outcome}
        reservation["payment"]["refunds"] = [
            {
                "id": each,
                "status": each,
                "amount": reservation["total"],
                "createdAt": data["serverTime"],
                "reason": "test",
            }
            for each in STATUSES
        ]

    await silence_socket(page)
    await answers.change("Reservation", end)
    await page.goto(held.address)
    await expect(heading(page, title)).to_be_visible()
    await has_no_fault(page)


async def test_a_reservation_of_somebody_else(
    page: Page, service: RunningService
) -> None:
    await page.goto(f"{service.address}/reservations/{uuid4()}")
    await expect(heading(page, "This page does not exist")).to_be_visible()
    await has_no_fault(page)
