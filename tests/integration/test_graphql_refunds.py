"""What customers and managers are answered who give tickets back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.people import Role, Viewer
from loadtest.documents import REFUND_TICKETS
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show
from tests.support.refunds import ADD_ATTEMPT, asking, refund_service, sell, ticket_ids
from tests.support.schema_client import SchemaClient
from tests.support.session_documents import CANCEL_SESSION
from tests.support.staff import ADD_ACCOUNT

RESERVATION = """query ($id: ID!) { reservation(id: $id) {
  status tickets { id status } seats { status }
  payment { status refunds { id status reason amount { amountMinor } tickets { id } } }
} }"""
CONFIRM = """
UPDATE refunds SET status = 'SUCCEEDED' FROM payments p
WHERE p.id = payment_id AND p.reservation_id = $1
"""
PENDING = "query ($id: ID!) { session(id: $id) { refundsPending } }"
FOLLOW = """subscription ($id: ID!) { reservation(id: $id) {
  payment { status refunds { status } }
} }"""


@pytest.fixture
async def show(cinema: Cinema) -> Show:
    return await cinema.open_session(starts_in=timedelta(days=3))


async def test_a_customer_gives_a_ticket_back(
    client: SchemaClient, pool: Pool, show: Show, ana: UUID
) -> None:
    sold = await sell(pool, show, ana, 0, 1)
    first, second = map(str, await ticket_ids(pool, sold.id))
    wanted: dict[str, Any] = {"reservationId": str(sold.id), "reason": " ill "}

    refund = await client.mutate(REFUND_TICKETS, ana, **wanted, ticketIds=[first])

    assert refund["amount"] == {"amountMinor": 2500, "currency": "BRL"}
    assert (refund["status"], refund["reason"]) == ("SUCCEEDED", "ill")
    assert [(t["id"], t["status"]) for t in refund["tickets"]] == [(first, "REFUNDED")]
    now = (await client.data(RESERVATION, ana, id=str(sold.id)))["reservation"]
    assert now["status"] == "CONFIRMED"
    assert {t["id"]: t["status"] for t in now["tickets"]} == {
        first: "REFUNDED",
        second: "VALID",
    }
    assert sorted(seat["status"] for seat in now["seats"]) == ["AVAILABLE", "SOLD"]
    assert now["payment"]["status"] == "PARTLY_REFUNDED"
    [shown] = now["payment"]["refunds"]
    assert (shown["id"], shown["tickets"]) == (refund["id"], [{"id": first}])
    both = await client.mutate(REFUND_TICKETS, ana, **wanted, ticketIds=[second, first])
    assert [field["path"] for field in both["fields"]] == [["ticketIds", "1"]]


async def test_strangers_learn_nothing_and_managers_may_later(
    client: SchemaClient, pool: Pool, cinema: Cinema
) -> None:
    ana, bruno, rita = await cinema.customers(3)
    show = await cinema.open_session(starts_in=timedelta(hours=1))
    sold = await sell(pool, show, ana, 0)
    wanted = {"reservationId": str(sold.id), "reason": "ill"}

    stranger = await client.mutate(REFUND_TICKETS, bruno, **wanted)
    late = await client.mutate(REFUND_TICKETS, ana, **wanted)
    by_manager = await client.mutate(
        REFUND_TICKETS, Viewer(rita, Role.MANAGER), **wanted
    )
    again = await client.mutate(
        REFUND_TICKETS, Viewer(rita, Role.MANAGER), **wanted | {"reason": "flood"}
    )
    nothing = await client.mutate(
        REFUND_TICKETS, ana, **wanted | {"reservationId": "x"}
    )

    assert stranger["code"] == nothing["code"] == "NOT_FOUND"
    assert late["__typename"] == "RefundRefused"
    assert late["code"] == "REFUND_TOO_LATE"
    assert late["until"] is not None
    assert by_manager["tickets"][0]["status"] == "REFUNDED"
    assert (again["id"], again["reason"]) == (by_manager["id"], "ill")


async def test_bad_input_is_refused_by_its_path(
    client: SchemaClient, pool: Pool, show: Show, ana: UUID
) -> None:
    sold = await sell(pool, show, ana, 0)
    refused = await client.mutate(
        REFUND_TICKETS, ana, reservationId=str(sold.id), ticketIds=[], reason="a\nb"
    )

    assert [field["path"] for field in refused["fields"]] == [["reason"], ["ticketIds"]]


async def test_who_follows_the_reservation_sees_each_refund(
    client: SchemaClient, pool: Pool, show: Show, ana: UUID
) -> None:
    sold = await sell(pool, show, ana, 0, 1, 2)
    tickets = await ticket_ids(pool, sold.id)

    async def give_back() -> None:
        await refund_service(pool).refund_tickets(asking(sold, [tickets.pop()]))

    async def nothing() -> None: ...

    client.reservation_feed.between = [give_back, nothing, give_back, give_back]
    results = await client.watch(FOLLOW, ana, id=str(sold.id))

    payments = [(each.data or {})["reservation"]["payment"] for each in results]
    assert [(p["status"], len(p["refunds"])) for p in payments] == [
        ("APPROVED", 0),
        ("PARTLY_REFUNDED", 1),
        ("PARTLY_REFUNDED", 2),
        ("REFUNDED", 3),
    ]


async def test_staff_of_the_cinema_see_what_is_pending(
    client: SchemaClient, pool: Pool, show: Show, ana: UUID
) -> None:
    client.services = replace(client.services, queries=client.queries)
    sold = await sell(pool, show, ana, 0, 1)
    await pool.fetchval(ADD_ATTEMPT, sold.id)
    rita, eva = [
        await pool.fetchval(ADD_ACCOUNT, "MANAGER", local) for local in (False, True)
    ]
    session_id = str(show.session_id)

    cancelled = await client.mutate(
        CANCEL_SESSION,
        Viewer(rita, Role.MANAGER),
        sessionId=session_id,
        reason="flood",
    )

    assert (cancelled["status"], cancelled["refundsPending"]) == ("CANCELLED", 1)
    for who in (None, ana, Viewer(eva, Role.MANAGER)):
        data = await client.data(PENDING, who, id=session_id)
        assert data["session"]["refundsPending"] is None
    await pool.execute(CONFIRM, sold.id)
    data = await client.data(PENDING, Viewer(rita, Role.MANAGER), id=session_id)
    assert data["session"]["refundsPending"] == 0
