"""Tickets that are offered by a link, and accepted once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.reservation import Reservation
from persistence.postgres.housekeeping import delete_old_rows
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show
from tests.support.door import check_in_service, scan_of
from tests.support.refunds import EVERYWHERE, asking, refund_service, sell, ticket_ids
from tests.support.schema_client import SchemaClient
from tests.support.ticket_codes import TICKET_CODES
from tests.support.transfers import accepted, holder, offered, own_tickets, token_for

EXPIRE = "UPDATE ticket_offers SET expires_at = clock_timestamp() WHERE ticket_id = $1"
OFFERS = "SELECT count(*) FROM ticket_offers WHERE ticket_id = $1"
END = """
UPDATE sessions SET starts_at = clock_timestamp() - interval '3 hours',
    ends_at = clock_timestamp() - interval '1 hour' WHERE id = $1
"""


@pytest.fixture
async def show(cinema: Cinema) -> Show:
    return await cinema.open_session(starts_in=timedelta(minutes=40))


async def test_who_accepts_a_ticket_has_it_with_another_code(
    client: SchemaClient, pool: Pool, people: list[UUID], ticket: UUID
) -> None:
    ana, bruno, _ = people
    offer = await offered(client, ana, ticket)
    link, _, token = offer["link"].partition("#token=")
    assert link == "/tickets"
    assert [(str(ticket), "VALID", TICKET_CODES.code(ticket, 1))] == await own_tickets(
        client, ana
    )

    got = await accepted(client, bruno, token)

    assert got["id"] == str(ticket)
    assert got["qr"] == TICKET_CODES.code(ticket, 2)
    assert await own_tickets(client, bruno) == [(str(ticket), "VALID", got["qr"])]
    assert await own_tickets(client, ana) == []
    assert await holder(pool, ticket) == (bruno, 2)


async def test_the_link_leads_to_the_pages_of_the_client(
    client: SchemaClient, people: list[UUID], ticket: UUID
) -> None:
    client.services = replace(client.services, pages_url="https://app.example/en")

    offer = await offered(client, people[0], ticket)

    assert offer["link"].startswith("https://app.example/en/tickets#token=")
    expires = datetime.fromisoformat(offer["expiresAt"])
    ends = datetime.now(UTC) + timedelta(hours=2, minutes=40)
    assert abs(expires - ends) < timedelta(minutes=5)  # the session is over then


async def test_an_offer_ends_after_a_week(
    client: SchemaClient, cinema: Cinema, pool: Pool, ana: UUID
) -> None:
    show = await cinema.open_session(starts_in=timedelta(days=30))
    sold = await sell(pool, show, ana, 0)
    [ticket] = await ticket_ids(pool, sold.id)

    offer = await offered(client, ana, ticket)

    week = datetime.now(UTC) + timedelta(days=7)
    assert abs(datetime.fromisoformat(offer["expiresAt"]) - week) < timedelta(minutes=5)


async def test_a_token_works_once_and_for_its_person_again(
    client: SchemaClient, pool: Pool, people: list[UUID], ticket: UUID
) -> None:
    ana, bruno, carla = people
    token = await token_for(client, ana, ticket)
    first = await accepted(client, bruno, token)

    again = await accepted(client, bruno, token)
    other = await accepted(client, carla, token)

    assert again == first
    assert other["code"] == "TOKEN_INVALID"
    assert await holder(pool, ticket) == (bruno, 2)


async def test_a_new_link_ends_the_one_before(
    client: SchemaClient, pool: Pool, people: list[UUID], ticket: UUID
) -> None:
    ana, bruno, _ = people
    old, new = [await token_for(client, ana, ticket) for _ in range(2)]

    assert (await accepted(client, bruno, old))["code"] == "TOKEN_INVALID"
    assert (await accepted(client, bruno, new))["id"] == str(ticket)
    assert await pool.fetchval(OFFERS, ticket) == 1


@pytest.mark.parametrize("token", ["", "x", "x" * 1000, "é", str(UUID(int=0))])
async def test_what_is_no_token_is_refused(
    client: SchemaClient, ana: UUID, token: str
) -> None:
    assert (await accepted(client, ana, token))["code"] == "TOKEN_INVALID"


async def test_an_expired_offer_and_an_own_one_are_refused(
    client: SchemaClient, pool: Pool, people: list[UUID], ticket: UUID
) -> None:
    ana, bruno, _ = people
    token = await token_for(client, ana, ticket)
    assert (await accepted(client, ana, token))["code"] == "TOKEN_INVALID"
    await pool.execute(EXPIRE, ticket)

    assert (await accepted(client, bruno, token))["code"] == "TOKEN_INVALID"

    assert await holder(pool, ticket) == (None, 1)
    assert await delete_old_rows(pool) >= 1
    assert await pool.fetchval(OFFERS, ticket) == 0


async def test_the_ticket_of_somebody_else_is_not_found(
    client: SchemaClient, people: list[UUID], ticket: UUID
) -> None:
    ana, bruno, _ = people
    refused = [await offered(client, bruno, each) for each in (ticket, uuid4())]
    assert [each["code"] for each in refused] == ["NOT_FOUND"] * 2
    await accepted(client, bruno, await token_for(client, ana, ticket))

    assert (await offered(client, ana, ticket))["code"] == "NOT_FOUND"
    assert (await offered(client, bruno, ticket))["__typename"] == "TicketOffer"


async def test_a_ticket_that_is_not_valid_is_not_passed_on(
    client: SchemaClient, pool: Pool, people: list[UUID], sold: Reservation
) -> None:
    ana, bruno, _ = people
    [ticket] = await ticket_ids(pool, sold.id)
    token = await token_for(client, ana, ticket)
    found = []

    await check_in_service(pool).check_in(scan_of(ticket))
    found += [await accepted(client, bruno, token), await offered(client, ana, ticket)]
    await refund_service(pool).refund_tickets(asking(sold, manages=EVERYWHERE))
    found += [await accepted(client, bruno, token), await offered(client, ana, ticket)]

    assert {each["code"] for each in found} == {"TICKET_NOT_VALID"}
    assert [each["reason"] for each in found] == ["USED"] * 2 + ["REFUNDED"] * 2
    assert await holder(pool, ticket) == (None, 2)


async def test_after_the_end_of_the_session_nothing_is_passed_on(
    client: SchemaClient, pool: Pool, show: Show, people: list[UUID], ticket: UUID
) -> None:
    ana, bruno, _ = people
    token = await token_for(client, ana, ticket)
    await pool.execute(END, show.session_id)

    assert (await accepted(client, bruno, token))["code"] == "TICKET_NOT_VALID"
    assert (await offered(client, ana, ticket))["code"] == "TICKET_NOT_VALID"
