"""What gates are answered."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.scanner.documents import CHECK_IN
from domain.people import Role, Viewer
from persistence.postgres.pool import Pool
from persistence.sales.stories import rows_of
from tests.support.cinema import Cinema, Show
from tests.support.refunds import EVERYWHERE, asking, refund_service, sell, ticket_ids
from tests.support.schema_client import MANAGER, SchemaClient
from tests.support.session_documents import RESCHEDULE_SESSION
from tests.support.ticket_codes import TICKET_CODES

RITA = Viewer(UUID(int=7), Role.USHER)  # the test's client lets her work everywhere
SALE = "SELECT reservation_id FROM claims WHERE id = $1"


@pytest.fixture
async def show(cinema: Cinema) -> Show:
    """A session that begins in half an hour."""
    return await cinema.open_session(starts_in=timedelta(minutes=30))


@pytest.fixture
async def tickets(pool: Pool, show: Show, ana: UUID) -> list[UUID]:
    sold = await sell(pool, show, ana, 0, 1)
    return await ticket_ids(pool, sold.id)


async def scan(
    client: SchemaClient,
    ticket_id: UUID,
    *,
    generation: int = 1,
    who: Viewer = RITA,
    **entered: Any,
) -> dict[str, Any]:
    code = TICKET_CODES.code(ticket_id, generation)
    return await client.mutate(CHECK_IN, who, code=code, **entered)


async def test_a_ticket_is_checked_in_once(
    client: SchemaClient, show: Show, tickets: list[UUID]
) -> None:
    first = await scan(
        client, tickets[0], gate=" North ", sessionId=str(show.session_id)
    )
    second = await scan(client, tickets[0], gate="South")
    other = await scan(client, tickets[1])

    assert first["__typename"] == other["__typename"] == "CheckedIn"
    assert (first["ticket"]["id"], first["ticket"]["status"]) == (
        str(tickets[0]),
        "USED",
    )
    assert first["ticket"]["seat"] == {"row": "A", "number": 1}
    assert first["ticket"]["usedAt"] == second["at"]
    assert (second["__typename"], second["code"], second["gate"]) == (
        "AlreadyCheckedIn",
        "ALREADY_CHECKED_IN",
        "North",
    )
    assert second["ticket"]["id"] == str(tickets[0])


async def test_a_repeated_call_is_no_second_scan(
    client: SchemaClient, tickets: list[UUID]
) -> None:
    key = str(uuid4())
    other_usher = Viewer(uuid4(), Role.USHER)

    first = await scan(client, tickets[0], idempotencyKey=key)
    again = await scan(client, tickets[0], idempotencyKey=key)
    other = await scan(client, tickets[0], idempotencyKey=key, who=other_usher)

    assert first == again
    assert first["__typename"] == "CheckedIn"
    assert other["__typename"] == "AlreadyCheckedIn"


async def test_operators_see_when_it_was_checked_in(
    client: SchemaClient, pool: Pool, tickets: list[UUID]
) -> None:
    await scan(client, tickets[0], gate="North", idempotencyKey="k")

    story = await rows_of(pool, await pool.fetchval(SALE, tickets[0]))

    assert story
    [checked_in] = [m for m in story.moments if m.what == "ticket checked in"]
    assert checked_in.facts == {"seat": "A1", "gate": "North", "scan": f"{RITA.id} k"}


async def test_a_gate_without_an_answer_sends_its_scan_again(
    client: SchemaClient, tickets: list[UUID]
) -> None:
    """By then it counts as a scan from before: it does not displace itself."""
    key = str(uuid4())
    before = datetime.now(UTC) - timedelta(seconds=3)

    first = await scan(client, tickets[0], idempotencyKey=key)
    again = await scan(
        client, tickets[0], idempotencyKey=key, scannedAt=before.isoformat()
    )

    assert first == again


async def test_a_ticket_of_another_session_is_not_used(
    client: SchemaClient, cinema: Cinema, tickets: list[UUID]
) -> None:
    other = await cinema.open_session(starts_in=timedelta(minutes=30))

    refused = await scan(client, tickets[0], sessionId=str(other.session_id))
    unknown = await scan(client, tickets[0], sessionId="x")
    checked_in = await scan(client, tickets[0])
    used = await scan(client, tickets[0], sessionId=str(other.session_id))

    assert {each["code"] for each in (refused, unknown, used)} == {"WRONG_SESSION"}
    assert refused["ticket"]["session"]["id"] == checked_in["ticket"]["session"]["id"]


async def test_the_door_opens_some_time_before_the_start(
    client: SchemaClient, pool: Pool, show: Show, tickets: list[UUID]
) -> None:
    await pool.execute(
        "UPDATE sessions SET starts_at = starts_at + interval '2 hours',"
        " ends_at = ends_at + interval '2 hours' WHERE id = $1",
        show.session_id,
    )

    refused = await scan(client, tickets[0])

    assert refused["code"] == "TOO_EARLY"
    opens_at = datetime.fromisoformat(refused["opensAt"])
    assert opens_at > datetime.now(UTC) + timedelta(hours=1)
    assert await pool.fetchval("SELECT count(*) FROM claims WHERE used_at > now()") == 0


async def test_given_back_and_void_tickets_are_refused(
    client: SchemaClient, pool: Pool, show: Show, ana: UUID
) -> None:
    sold = await sell(pool, show, ana, 0, 1)
    first, second = await ticket_ids(pool, sold.id)
    await refund_service(pool).refund_tickets(asking(sold, [first], manages=EVERYWHERE))
    await pool.execute("UPDATE claims SET generation = 2 WHERE id = $1", second)

    refunded = await scan(client, first)
    void = await scan(client, second)
    to_come = await scan(client, second, generation=3)
    current = await scan(client, second, generation=2)

    assert (refunded["code"], refunded["status"]) == ("TICKET_NOT_VALID", "REFUNDED")
    assert void["status"] == to_come["status"] == "VOID"
    assert current["__typename"] == "CheckedIn"


async def test_a_seat_that_is_only_held_is_no_ticket(
    client: SchemaClient, pool: Pool, show: Show, ana: UUID
) -> None:
    held = await client.reserve(ana, show, 0)
    [ticket_id] = await ticket_ids(pool, UUID(held["id"]))

    refused = await scan(client, ticket_id)

    assert (refused["code"], refused["status"]) == ("TICKET_NOT_VALID", "RESERVED")


@pytest.mark.parametrize("code", ["", "CT1:", "x" * 10_000, "CT1:\x00", "\ud800"])
async def test_what_is_no_code_is_not_valid(client: SchemaClient, code: str) -> None:
    refused = await client.mutate(CHECK_IN, RITA, code=code)

    assert (refused["code"], refused["status"]) == ("TICKET_NOT_VALID", None)


async def test_wrong_fields_are_refused_by_their_paths(
    client: SchemaClient, tickets: list[UUID]
) -> None:
    now = datetime.now(UTC)

    fields = await scan(client, tickets[0], gate="a\nb", idempotencyKey="")
    late = await scan(
        client, tickets[0], scannedAt=(now + timedelta(hours=1)).isoformat()
    )
    old = await scan(client, tickets[0], scannedAt=(now - timedelta(4)).isoformat())

    assert [each["path"] for each in fields["fields"]] == [["gate"], ["idempotencyKey"]]
    for refused in (late, old):
        assert [each["path"] for each in refused["fields"]] == [["scannedAt"]]
    assert (await scan(client, tickets[0]))["__typename"] == "CheckedIn"


async def test_of_scans_that_are_sent_later_the_earliest_stands(
    client: SchemaClient, tickets: list[UUID]
) -> None:
    """Two gates without a connection, and one that has it."""
    now = datetime.now(UTC)
    earliest, later = now - timedelta(minutes=5), now - timedelta(minutes=2)

    online = await scan(client, tickets[0], gate="North")
    key = str(uuid4())
    displacing = await scan(
        client, tickets[0], gate="South", scannedAt=later.isoformat()
    )
    earlier = await scan(
        client,
        tickets[0],
        gate="East",
        scannedAt=earliest.isoformat(),
        idempotencyKey=key,
    )
    refused = await scan(client, tickets[0], gate="West", scannedAt=later.isoformat())
    repeated = await scan(
        client, tickets[0], scannedAt=earliest.isoformat(), idempotencyKey=key
    )

    assert online["__typename"] == displacing["__typename"] == "CheckedIn"
    assert earlier["__typename"] == repeated["__typename"] == "CheckedIn"
    assert (refused["__typename"], refused["gate"]) == ("AlreadyCheckedIn", "East")
    assert datetime.fromisoformat(refused["at"]) == earliest


async def test_a_moved_session_voids_no_ticket(
    client: SchemaClient, show: Show, tickets: list[UUID]
) -> None:
    moved = datetime.now(UTC) + timedelta(minutes=45)
    await client.mutate(
        RESCHEDULE_SESSION,
        MANAGER,
        sessionId=str(show.session_id),
        startsAt=moved.isoformat(),
        reason="a repair",
    )

    assert (await scan(client, tickets[0]))["__typename"] == "CheckedIn"


async def test_many_gates_at_once(client: SchemaClient, tickets: list[UUID]) -> None:
    answers = await asyncio.gather(
        *(scan(client, ticket) for ticket in tickets for _ in range(5))
    )

    results = sorted(each["__typename"] for each in answers)
    assert results == ["AlreadyCheckedIn"] * 8 + ["CheckedIn"] * 2
