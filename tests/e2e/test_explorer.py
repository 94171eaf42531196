"""The explorer in a browser: its pages, its requests and its tokens."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Browser, expect

from auth.signing_keys import KeyRing
from auth.tokens import TokenIssuer
from domain.people import Role, Viewer
from persistence.postgres.pool import Pool
from seeds.people import LOAD_CUSTOMERS
from tests.support.browser import (
    Explorer,
    chromium,
    explorer_in,
    refuse_an_older,
)
from tests.support.cinema import postpone_expiry
from tests.support.running_service import Customer, RunningService


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    refuse_an_older("explorer")
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def explorer(
    browser: Browser, service: RunningService
) -> AsyncIterator[Explorer]:
    async with explorer_in(browser, service.address) as explorer:
        yield explorer


async def test_the_page_for_developers_leads_to_what_is_there(
    explorer: Explorer, service: RunningService
) -> None:
    page = explorer.page
    await page.goto(f"{service.address}/developers")
    links = await page.get_by_role("link").all()
    paths = [str(await link.get_attribute("href")) for link in links]

    answers = [await page.request.get(service.address + path) for path in paths]
    await page.get_by_role("link", name="/graphiql").click()
    await explorer.editor_shows("SignIn")

    assert {answer.status for answer in answers} == {200}


async def test_the_licences_of_what_is_in_the_page_are_beside_it(
    explorer: Explorer, service: RunningService
) -> None:
    url = f"{service.address}/graphiql/licences.md"

    licences = await (await explorer.page.request.get(url)).text()

    for package in ("graphiql", "monaco-editor", "react-dom"):
        assert f"## {package} - " in licences


async def test_the_examples_lead_from_signing_in_to_the_sale(
    explorer: Explorer, live_pool: Pool
) -> None:
    await explorer.run("SignIn")
    await expect(explorer.answer).to_contain_text('"name": "Ana"')
    await expect(explorer.bar).to_contain_text("Every request sends your token")
    await explorer.run("FindSession")
    await expect(explorer.answer).to_contain_text('"status": "AVAILABLE"')
    await explorer.run("WatchMap")
    await expect(explorer.answer).to_contain_text('"__typename": "SeatMap"')
    await explorer.run("Hold")
    await expect(explorer.answer).to_contain_text('"status": "PENDING"')
    reservation = UUID(await explorer.known_id("reservationId"))
    await postpone_expiry(live_pool, reservation)
    await explorer.run("FollowReservation")
    await explorer.known_id("paymentId")
    await explorer.run("Approve")
    await expect(explorer.answer).to_contain_text('"status": "CONFIRMED"')

    seat = UUID(await explorer.known_id("seatId"))
    assert (
        await live_pool.fetchval(
            "SELECT status FROM session_seats WHERE id = $1 AND reservation_id = $2",
            seat,
            reservation,
        )
        == "SOLD"
    )
    await explorer.run("MyTickets")
    await expect(explorer.answer).to_contain_text('"code": "CT1:')
    await explorer.known_id("ticketId")
    await explorer.run("PassOn")
    await expect(explorer.answer).to_contain_text('"__typename": "TicketOffer"')
    await explorer.run("MyCodes")
    await expect(explorer.answer).to_contain_text('"code": "CT1:')
    await explorer.run("AsManager")
    await expect(explorer.answer).to_contain_text('"role": "MANAGER"')
    await explorer.run("CheckIn")
    # It begins in ten minutes at the earliest.
    await expect(explorer.answer).to_contain_text(re.compile("CheckedIn|TooEarly"))
    await explorer.run("GateList")
    await expect(explorer.answer).to_contain_text('"sold": [')


async def test_an_example_holds_the_best_seats(explorer: Explorer) -> None:
    await explorer.run("SignIn")
    await expect(explorer.answer).to_contain_text('"name": "Ana"')
    await explorer.run("FindSession")
    await explorer.known_id("ticketTypeId")
    await explorer.run("BestSeats")
    await expect(explorer.answer).to_contain_text('"__typename": "Reservation"')
    await explorer.known_id("reservationId")


async def test_a_manager_puts_a_seat_out_of_service(
    explorer: Explorer, live_pool: Pool
) -> None:
    await explorer.run("AsManager")
    await expect(explorer.answer).to_contain_text('"role": "MANAGER"')
    await explorer.run("NextRoom")
    seat = UUID(await explorer.known_id("roomSeatId"))
    await explorer.run("PutOutOfService")
    await expect(explorer.answer).to_contain_text('"__typename": "Room"')

    statement = "UPDATE seats SET out_of_service = FALSE WHERE id = $1 RETURNING ("
    statement += "SELECT out_of_service FROM seats WHERE id = $1)"
    assert await live_pool.fetchval(statement, seat)


async def test_a_manager_takes_a_seat_off_sale_and_back(explorer: Explorer) -> None:
    await explorer.run("AsManager")
    await expect(explorer.answer).to_contain_text('"role": "MANAGER"')
    await explorer.run("NextRoom")
    await explorer.known_id("roomSeatId")
    await explorer.run("Block")
    await expect(explorer.answer).to_contain_text('"status": "BLOCKED"')
    await explorer.run("Unblock")
    await expect(explorer.answer).to_contain_text('"status": "AVAILABLE"')


async def test_an_example_shows_the_account(explorer: Explorer) -> None:
    await explorer.run("SignIn")
    await expect(explorer.answer).to_contain_text('"name": "Ana"')
    await explorer.run("MyAccount")
    await expect(explorer.answer).to_contain_text('"current": true')


async def test_a_subscription_shows_a_hold_made_from_outside(
    explorer: Explorer, bruno: Customer
) -> None:
    await explorer.run("FindSession")
    seat = await explorer.known_id("seatId")
    await explorer.run("WatchMap")
    await expect(explorer.answer).to_contain_text('"__typename": "SeatMap"')

    await bruno.reserve(await explorer.known_id("sessionId"), seat)

    # A whole map comes instead when the server could have missed something.
    held = re.compile(rf'"SeatMapDelta".*"{seat}".*"HELD"|"held":\s[1-9]')
    await expect(explorer.answer).to_contain_text(held)


async def test_a_pasted_token_goes_with_requests_until_it_is_forgotten(
    explorer: Explorer, service: RunningService
) -> None:
    await explorer.set_token(f"Bearer {service.tokens(1)[0]}")

    await explorer.ask("{ viewer { email } }")
    await expect(explorer.answer).to_contain_text('"email": "load-001@cinema.example"')
    await explorer.page.get_by_role("button", name="Clear").click()
    await explorer.execute()
    await expect(explorer.answer).to_contain_text('"viewer": null')

    assert await explorer.page.evaluate("Object.keys(localStorage)") == []


async def test_each_operation_of_a_document_is_run_by_its_name(
    explorer: Explorer,
) -> None:
    """Before them a named operation was run in another tab."""
    await explorer.run("FindSession")

    await explorer.write("query A { a: __typename } query B { b: __typename }")
    for name in ("A", "B"):
        await explorer.execute_operation(name)
        await expect(explorer.answer).to_contain_text(f'"{name.lower()}": "Query"')


async def test_a_token_that_is_none_is_refused_and_the_schema_is_there(
    explorer: Explorer,
) -> None:
    await explorer.set_token("nonsense")
    await explorer.page.reload()

    await explorer.ask("{ viewer { email } }")

    await expect(explorer.answer).to_contain_text('"code": "UNAUTHENTICATED"')
    await explorer.page.get_by_label("Show Documentation Explorer").click()
    await expect(explorer.page.locator(".graphiql-plugin")).to_contain_text("Query")


async def test_another_token_opens_the_socket_anew(
    explorer: Explorer, service: RunningService
) -> None:
    mine, anothers = service.tokens(2)
    await explorer.set_token(mine)
    await explorer.run("FindSession")
    await explorer.known_id("seatId")
    await explorer.run("Hold")
    await explorer.known_id("reservationId")
    await explorer.run("FollowReservation")
    await explorer.known_id("paymentId")

    await explorer.set_token(anothers)

    await expect(explorer.answer).to_contain_text('"code": "NOT_FOUND"')


async def test_a_socket_whose_token_is_over_says_so(
    explorer: Explorer, service: RunningService
) -> None:
    keys = KeyRing(Path(service.run.settings()["SIGNING_KEYS_DIR"]))
    someone = Viewer(LOAD_CUSTOMERS[0].id, Role.CUSTOMER)
    await explorer.run("FindSession")
    await explorer.known_id("seatId")

    await explorer.set_token(
        TokenIssuer(keys, timedelta(seconds=2)).issue(someone).text
    )
    await explorer.run("WatchMap")

    await expect(explorer.answer).to_contain_text("Socket closed with event 4403")
