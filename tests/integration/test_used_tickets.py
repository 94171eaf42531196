"""Codes of tickets, and tickets with which somebody went in."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.money_errors import TicketTransferredError, TicketUsedError
from domain.people import Role, Viewer
from domain.refunds import Refund
from loadtest.documents import REFUND_TICKETS
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show
from tests.support.polling import until_blocked
from tests.support.refunds import EVERYWHERE, asking, refund_service, sell, ticket_ids
from tests.support.schema_client import SchemaClient
from tests.support.staff import ADD_ACCOUNT
from tests.support.ticket_codes import TICKET_CODES

# As a gate does it, and who accepts a ticket.
USE = "UPDATE claims SET used_at = clock_timestamp(), used_gate = 'A' WHERE id = $1"
TAKE = "UPDATE claims SET holder_id = $2, generation = generation + 1 WHERE id = $1"
STATE = "SELECT generation, changed_in FROM claims WHERE id = $1"
TICKETS = """query ($id: ID!) { reservation(id: $id) {
  tickets { id status code usedAt }
} }"""
OF_REFUND = """mutation ($input: RefundTicketsInput!) { refundTickets(input: $input) {
  ... on Refund { tickets { status code } } ... on RefundRefused { code message until }
} }"""


@pytest.fixture
async def show(cinema: Cinema) -> Show:
    return await cinema.open_session(starts_in=timedelta(days=3))


async def shown(
    client: SchemaClient, who: UUID, reservation_id: UUID
) -> dict[str, dict[str, Any]]:
    data = await client.data(TICKETS, who, id=str(reservation_id))
    return {ticket["id"]: ticket for ticket in data["reservation"]["tickets"]}


async def test_a_used_ticket_keeps_its_code(
    client: SchemaClient, pool: Pool, show: Show, ana: UUID
) -> None:
    sold = await sell(pool, show, ana, 0, 1)
    used, other = await ticket_ids(pool, sold.id)
    await pool.execute(USE, used)

    tickets = await shown(client, ana, sold.id)

    assert tickets[str(used)]["status"] == "USED"
    assert tickets[str(used)]["code"] == TICKET_CODES.code(used, 1)
    assert tickets[str(used)]["usedAt"] is not None
    assert tickets[str(other)] == {
        "id": str(other),
        "status": "VALID",
        "code": TICKET_CODES.code(other, 1),
        "usedAt": None,
    }


async def test_a_code_is_shown_to_the_holder_alone(
    client: SchemaClient, cinema: Cinema, pool: Pool, show: Show
) -> None:
    ana, bruno = await cinema.customers(2)
    sold = await sell(pool, show, ana, 0)
    [ticket] = await ticket_ids(pool, sold.id)
    await pool.execute(TAKE, ticket, bruno)

    tickets = await shown(client, ana, sold.id)

    assert tickets[str(ticket)]["status"] == "VALID"
    assert tickets[str(ticket)]["code"] is None


async def test_a_refund_voids_the_code_and_gates_have_to_know(
    client: SchemaClient, pool: Pool, show: Show, ana: UUID
) -> None:
    sold = await sell(pool, show, ana, 0, 1)
    back, kept = await ticket_ids(pool, sold.id)
    before = await pool.fetchval("SELECT pg_current_xact_id()::text::bigint")

    answer = await client.mutate(
        OF_REFUND,
        ana,
        reservationId=str(sold.id),
        ticketIds=[str(back)],
        reason="ill",
    )

    assert answer["tickets"] == [{"status": "REFUNDED", "code": None}]
    [(generation, changed_in)] = await pool.fetch(STATE, back)
    assert generation == 2
    assert changed_in > before
    assert [tuple(row) for row in await pool.fetch(STATE, kept)] == [(1, None)]


@pytest.mark.parametrize(
    ("statement", "code"), [(USE, "TICKET_USED"), (TAKE, "TICKET_TRANSFERRED")]
)
async def test_what_a_customer_does_not_have_is_not_given_back(
    client: SchemaClient, cinema: Cinema, show: Show, statement: str, code: str
) -> None:
    pool = cinema.pool
    ana, bruno = await cinema.customers(2)
    sold = await sell(pool, show, ana, 0, 1)
    gone, other = await ticket_ids(pool, sold.id)
    await pool.execute(statement, gone, *([bruno] if "$2" in statement else []))
    wanted = {"reservationId": str(sold.id), "reason": "ill"}

    refused = await client.mutate(OF_REFUND, ana, **wanted)
    again = await client.mutate(OF_REFUND, ana, **wanted, ticketIds=[str(gone)])

    assert refused == again
    assert (refused["code"], refused["until"]) == (code, None)
    assert [s for s, _ in await cinema.seat_states(show)][:2] == ["SOLD", "SOLD"]

    manager_id = await pool.fetchval(ADD_ACCOUNT, Role.MANAGER, False)
    manager = Viewer(manager_id, Role.MANAGER)
    only = await client.mutate(REFUND_TICKETS, ana, **wanted, ticketIds=[str(other)])
    rest = await client.mutate(OF_REFUND, manager, **wanted, ticketIds=[str(gone)])
    assert only["status"] == "SUCCEEDED"
    assert rest["tickets"] == [{"status": "REFUNDED", "code": None}]


@pytest.mark.parametrize(
    ("statement", "refusal"), [(USE, TicketUsedError), (TAKE, TicketTransferredError)]
)
async def test_a_customer_who_meets_a_gate_or_a_transfer_comes_second(
    cinema: Cinema, pool: Pool, show: Show, statement: str, refusal: type[Exception]
) -> None:
    ana, bruno = await cinema.customers(2)
    sold = await sell(pool, show, ana, 0)
    [ticket] = await ticket_ids(pool, sold.id)
    async with pool.acquire() as db, db.transaction():
        await db.execute(statement, ticket, *([bruno] if "$2" in statement else []))
        asked = asyncio.create_task(refund_service(pool).refund_tickets(asking(sold)))
        await until_blocked(pool, 1)

    with pytest.raises(refusal):
        await asked


async def test_a_manager_who_meets_a_gate_refunds_the_used_ticket(
    pool: Pool, show: Show, ana: UUID
) -> None:
    sold = await sell(pool, show, ana, 0)
    [ticket] = await ticket_ids(pool, sold.id)
    async with pool.acquire() as db, db.transaction():
        await db.execute(USE, ticket)
        asked = asyncio.create_task(
            refund_service(pool).refund_tickets(asking(sold, manages=EVERYWHERE))
        )
        await until_blocked(pool, 1)

    assert isinstance(await asked, Refund)
