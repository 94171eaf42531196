"""What gates have to know of a session, on real Postgres."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.scanner.documents import GATE_LIST
from domain.people import Role, Viewer
from domain.seats import Position
from persistence.postgres.pool import Pool
from persistence.queries.gate_lists import GateLists
from tests.support.api_examples import example
from tests.support.cinema import Cinema, Show
from tests.support.door import check_in_service, scan_of
from tests.support.refunds import EVERYWHERE, asking, refund_service, sell, ticket_ids
from tests.support.schema_client import SchemaClient
from tests.support.ticket_codes import TICKET_CODES

RITA = Viewer(UUID(int=7), Role.USHER)


@pytest.fixture
async def show(cinema: Cinema) -> Show:
    return await cinema.open_session(starts_in=timedelta(minutes=30))


@pytest.fixture
async def tickets(pool: Pool, show: Show, ana: UUID) -> list[str]:
    sold = await sell(pool, show, ana, 0, 1, 2)
    return [str(each) for each in await ticket_ids(pool, sold.id)]


async def listed(
    client: SchemaClient, show: Show, since: str | None = None
) -> dict[str, Any]:
    data = await client.data(GATE_LIST, RITA, session=str(show.session_id), since=since)
    return dict(data["gateList"])


async def give_back(pool: Pool, show: Show, customer: UUID, seat: int) -> str:
    sold = await sell(pool, show, customer, seat)
    [ticket] = await ticket_ids(pool, sold.id)
    await refund_service(pool).refund_tickets(asking(sold, manages=EVERYWHERE))
    return str(ticket)


async def test_a_gate_follows_what_happens(
    client: SchemaClient, pool: Pool, show: Show, ana: UUID, tickets: list[str]
) -> None:
    first = await listed(client, show)
    await check_in_service(pool).check_in(scan_of(UUID(tickets[0])))
    given_back = await give_back(pool, show, ana, 5)
    then = await listed(client, show, first["position"])
    later = await listed(client, show, then["position"])
    new = await sell(pool, show, ana, 5)
    last = await listed(client, show, later["position"])
    whole = await listed(client, show)

    assert (first["used"], first["void"]) == ([], [])
    assert [ticket["id"] for ticket in first["sold"]] == tickets
    opens_at = datetime.fromisoformat(first["opensAt"])
    assert opens_at < datetime.now(UTC) < opens_at + timedelta(hours=1)
    assert first["sold"][0]["seat"] == {"row": "A", "number": 1}
    assert then["used"] == whole["used"] == [tickets[0]]
    assert then["void"] == whole["void"]
    [void] = then["void"]
    assert void["ticketId"] == given_back
    assert void["belowGeneration"] > 1
    assert [ticket["id"] for ticket in then["sold"]] == [tickets[0]]
    [bought] = await ticket_ids(pool, new.id)
    assert [ticket["id"] for ticket in last["sold"]] == [str(bought)]
    assert [ticket["id"] for ticket in whole["sold"]] == [*tickets, str(bought)]


async def test_nothing_that_is_committed_later_is_missed(
    client: SchemaClient, pool: Pool, show: Show, tickets: list[str]
) -> None:
    """A scan that began before the list was read, and is committed after it."""
    service = check_in_service(pool)
    async with pool.acquire() as db, db.transaction():
        await db.execute("SELECT pg_current_xact_id()")
        before = await listed(client, show)
        await service.check_in(scan_of(UUID(tickets[1])))
        await db.execute(
            "UPDATE claims SET used_at = now(), changed_in ="
            " pg_current_xact_id()::text::bigint WHERE id = $1",
            UUID(tickets[0]),
        )
        between = await listed(client, show, before["position"])

    after = await listed(client, show, between["position"])
    assert between["used"] == [tickets[1]]
    assert set(after["used"]) == {tickets[0], tickets[1]}


@pytest.mark.parametrize("since", ["x", "", "-1", str(2**62)])
async def test_a_position_that_is_none_gets_the_whole_list(
    client: SchemaClient, pool: Pool, show: Show, tickets: list[str], since: str
) -> None:
    await check_in_service(pool).check_in(scan_of(UUID(tickets[0])))

    whole = await listed(client, show, since)

    assert whole["used"] == [tickets[0]]
    assert [ticket["id"] for ticket in whole["sold"]] == tickets


async def test_a_long_list_comes_in_parts(
    pool: Pool, show: Show, tickets: list[str]
) -> None:
    service, lists = check_in_service(pool), GateLists(pool)
    for ticket in tickets:
        await service.check_in(scan_of(UUID(ticket)))
    position, known, parts = Position(0), set[str](), 1
    while len((part := await lists.of_session(show.session_id, position, 2)).used) == 2:
        known |= {str(each) for each in part.used}
        position, parts = part.position, parts + 1
    known |= {str(each) for each in part.used}

    assert known == {*tickets}
    assert parts == 2


async def test_lists_are_for_who_works_there(
    client: SchemaClient, show: Show, ana: UUID
) -> None:
    session = str(show.session_id)

    assert await client.code(GATE_LIST, ana, session=session) == "FORBIDDEN"
    assert await client.code(GATE_LIST, session=session) == "UNAUTHENTICATED"
    assert await client.code(GATE_LIST, RITA, session="x") == "NOT_FOUND"


async def test_gates_ask_while_others_let_in(
    client: SchemaClient, pool: Pool, show: Show, tickets: list[str]
) -> None:
    service = check_in_service(pool)
    scanning = [
        asyncio.create_task(service.check_in(scan_of(UUID(ticket))))
        for ticket in tickets
    ]

    read = await listed(client, show)
    await asyncio.gather(*scanning)
    then = await listed(client, show, read["position"])

    assert {*read["used"], *then["used"]} == {*tickets}


async def test_the_examples_of_the_documentation_run(
    client: SchemaClient, show: Show, tickets: list[str]
) -> None:
    code = TICKET_CODES.code(UUID(tickets[0]), 1)

    checked_in = await client.mutate(example("CheckIn"), RITA, code=code)
    data = await client.data(
        example("GateList"), RITA, session=str(show.session_id), since=None
    )

    assert checked_in["ticket"]["id"] == tickets[0]
    assert data["gateList"]["used"] == [tickets[0]]
