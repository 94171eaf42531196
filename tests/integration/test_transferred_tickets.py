"""What becomes of tickets that somebody else has accepted."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.people import Role, Viewer
from loadtest.documents import REFUND_TICKETS
from persistence.postgres.pool import Pool
from tests.support.api_examples import example
from tests.support.cinema import Cinema, Show
from tests.support.door import check_in_service, scan_of
from tests.support.refunds import sell, ticket_ids
from tests.support.schema_client import SchemaClient
from tests.support.session_documents import CANCEL_SESSION, RESCHEDULE_SESSION
from tests.support.staff import ADD_ACCOUNT
from tests.support.ticket_codes import TICKET_CODES
from tests.support.transfers import TICKETS, accepted, holder, own_tickets, token_for

PAID_BY = """
SELECT r.customer_id FROM refunds f JOIN payments p ON p.id = f.payment_id
JOIN reservations r ON r.id = p.reservation_id WHERE f.id = $1
"""


@pytest.fixture
async def show(cinema: Cinema) -> Show:
    return await cinema.open_session(starts_in=timedelta(minutes=40))


@pytest.fixture
async def manager(pool: Pool) -> Viewer:
    """Of the network."""
    account_id = await pool.fetchval(ADD_ACCOUNT, Role.MANAGER, False)
    return Viewer(account_id, Role.MANAGER)


async def test_who_gets_an_own_ticket_back_may_have_the_money_back(
    client: SchemaClient, cinema: Cinema, pool: Pool, people: list[UUID]
) -> None:
    ana, bruno, _ = people
    show = await cinema.open_session(starts_in=timedelta(days=3))
    sold = await sell(pool, show, ana, 0)
    [ticket] = await ticket_ids(pool, sold.id)
    await accepted(client, bruno, await token_for(client, ana, ticket))
    wanted = {"reservationId": str(sold.id), "reason": "ill"}
    assert (await client.mutate(REFUND_TICKETS, ana, **wanted))["code"] == (
        "TICKET_TRANSFERRED"
    )
    assert (await client.mutate(REFUND_TICKETS, bruno, **wanted))["code"] == "NOT_FOUND"

    await accepted(client, ana, await token_for(client, bruno, ticket))

    assert await holder(pool, ticket) == (None, 3)
    assert (await client.mutate(REFUND_TICKETS, ana, **wanted))["status"] == "SUCCEEDED"


async def test_the_former_code_is_void_at_the_door(
    client: SchemaClient, pool: Pool, people: list[UUID], ticket: UUID
) -> None:
    ana, bruno, _ = people
    await accepted(client, bruno, await token_for(client, ana, ticket))
    service = check_in_service(pool)

    with pytest.raises(Exception, match="VOID"):
        await service.check_in(scan_of(ticket, generation=1))
    await service.check_in(scan_of(ticket, generation=2))

    [(_, status, code)] = await own_tickets(client, bruno)
    assert (status, code) == ("USED", TICKET_CODES.code(ticket, 2))


async def test_a_moved_session_leaves_the_new_code_as_it_is(
    client: SchemaClient, manager: Viewer, show: Show, people: list[UUID], ticket: UUID
) -> None:
    ana, bruno, _ = people
    await accepted(client, bruno, await token_for(client, ana, ticket))
    later = (datetime.now(UTC) + timedelta(days=2)).isoformat()

    await client.mutate(
        RESCHEDULE_SESSION,
        manager,
        sessionId=str(show.session_id),
        startsAt=later,
        reason="a repair",
    )

    assert await own_tickets(client, bruno) == [
        (str(ticket), "VALID", TICKET_CODES.code(ticket, 2))
    ]


async def test_a_cancelled_session_gives_the_money_to_who_paid(
    client: SchemaClient,
    manager: Viewer,
    *,
    pool: Pool,
    show: Show,
    people: list[UUID],
    ticket: UUID,
) -> None:
    ana, bruno, _ = people
    await accepted(client, bruno, await token_for(client, ana, ticket))

    await client.mutate(
        CANCEL_SESSION, manager, sessionId=str(show.session_id), reason="a repair"
    )

    refund = await pool.fetchval("SELECT refund_id FROM claims WHERE id = $1", ticket)
    assert await pool.fetchval(PAID_BY, refund) == ana
    assert await own_tickets(client, bruno) == [(str(ticket), "REFUNDED", None)]
    assert await holder(pool, ticket) == (bruno, 3)


async def test_the_list_has_pages_the_newest_first(
    client: SchemaClient, pool: Pool, show: Show, people: list[UUID]
) -> None:
    ana, bruno, _ = people
    mine = await ticket_ids(pool, (await sell(pool, show, ana, 1, 2)).id)
    [given] = await ticket_ids(pool, (await sell(pool, show, bruno, 3)).id)
    await accepted(client, ana, await token_for(client, bruno, given))

    first = (await client.data(example("Tickets"), ana))["tickets"]
    pages = []
    after = None
    for _ in range(3):
        page = (await client.data(TICKETS, ana, first=1, after=after))["tickets"]
        pages += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]

    assert pages == [edge["node"]["id"] for edge in first["edges"]]
    assert pages == sorted(map(str, [*mine, given]), reverse=True)
    assert page["pageInfo"]["hasNextPage"] is False
