"""What a client is shown of a session's time: the server's clock, maps and lists."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from persistence.postgres.pool import Pool
from persistence.queries import Queries
from persistence.queries.keyset import Window
from persistence.queries.sessions import Sessions, SessionsWanted
from tests.support.cinema import Cinema, Show
from tests.support.null_services import NothingCached
from tests.support.pages import all_pages
from tests.support.recorded_reads import RecordedReads
from tests.support.schema_client import SchemaClient

LIST = """
query ($room: ID!, $order: SessionOrder!, $first: Int!, $after: String) {
  sessions(filter: {roomId: $room}, order: $order, first: $first, after: $after) {
    edges { node { id } }
    pageInfo { endCursor hasNextPage }
  }
}"""
UNORDERED = "query ($room: ID!) { sessions(filter: {roomId: $room}) { %s } }"


async def test_the_servers_time_is_the_databases(
    client: SchemaClient, pool: Pool
) -> None:
    before = await pool.fetchval("SELECT clock_timestamp()")
    shown = (await client.data("{ serverTime }"))["serverTime"]
    after = await pool.fetchval("SELECT clock_timestamp()")

    assert before <= datetime.fromisoformat(shown) <= after


async def test_a_map_has_the_id_start_and_status_of_its_session(
    client: SchemaClient, show: Show
) -> None:
    shown = await client.data(
        "query ($id: ID!) { session(id: $id) { id startsAt seatMap"
        " { id sessionId startsAt status } } }",
        id=str(show.session_id),
    )

    session = shown["session"]
    assert session["seatMap"] == {
        "id": session["id"],
        "sessionId": session["id"],
        "startsAt": session["startsAt"],
        "status": "SCHEDULED",
    }


async def in_one_room(cinema: Cinema, *hours: int) -> tuple[UUID, list[str]]:
    """Sessions of ten minutes that start in so many hours, and their room."""
    shows = [
        await cinema.open_session(1, starts_in=timedelta(hours=each)) for each in hours
    ]
    room_id = await cinema.room_of(shows[0])
    for show in shows:
        await cinema.pool.execute(
            "UPDATE sessions SET ends_at = starts_at + interval '10 minutes',"
            " room_id = $2 WHERE id = $1",
            show.session_id,
            room_id,
        )
    return room_id, [str(show.session_id) for show in shows]


async def test_a_list_may_begin_with_what_can_be_booked(
    client: SchemaClient, cinema: Cinema
) -> None:
    room, (long_ago, later, just_now, next_one) = await in_one_room(
        cinema, -3, 5, -1, 2
    )

    async def page(order: str, after: str | None = None) -> dict[str, Any]:
        data = await client.data(
            LIST, room=str(room), order=order, first=3, after=after
        )
        return dict(data["sessions"])

    def ids(page: dict[str, Any]) -> list[str]:
        return [edge["node"]["id"] for edge in page["edges"]]

    first = await page("TO_COME_FIRST")
    rest = await page("TO_COME_FIRST", first["pageInfo"]["endCursor"])

    assert ids(first) + ids(rest) == [next_one, later, long_ago, just_now]
    assert not rest["pageInfo"]["hasNextPage"]
    assert ids(await page("BY_START")) == [long_ago, just_now, next_one]
    unordered = await client.data(UNORDERED % "edges { node { id } }", room=str(room))
    assert ids(unordered["sessions"]) == [long_ago, just_now, next_one, later]
    code = await client.code(
        LIST,
        room=str(room),
        order="BY_START",
        first=3,
        after=first["pageInfo"]["endCursor"],
    )
    assert code == "BAD_USER_INPUT"


async def test_each_page_of_what_can_be_booked_follows_the_one_before(
    queries: Queries, cinema: Cinema
) -> None:
    room, (long_ago, later, just_now, next_one, last) = await in_one_room(
        cinema, -3, 5, -1, 2, 9
    )
    wanted = SessionsWanted(room_id=room)
    page = partial(queries.sessions.page, wanted=wanted, to_come_first=True)
    for size in (1, 2, 3, 5, 9):
        pages = await all_pages(page, size)
        assert [str(session.id) for each in pages for session in each] == [
            next_one,
            later,
            last,
            long_ago,
            just_now,
        ]


async def test_no_page_reads_all_sessions_that_there_have_ever_been(
    cinema: Cinema, pool: Pool
) -> None:
    await in_one_room(cinema, -4, -3, -2, 2, 3, 4)
    reads = RecordedReads()
    sessions = Sessions(reads, NothingCached())
    for from_end in (False, True):
        window = Window(1, from_end=from_end)
        await sessions.page(window, SessionsWanted(), to_come_first=True)

    async with pool.acquire() as db, db.transaction():
        # In a small table a scan of everything is cheaper.
        await db.execute("SET LOCAL enable_seqscan = off")
        await db.execute("SET LOCAL enable_bitmapscan = off")
        for statement in reads.statements:
            plan = await db.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
            scans = _scans(json.loads(plan)[0]["Plan"])
            assert sum(each["Actual Rows"] for each in scans) <= 4


def _scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Those that read a table."""
    if "Relation Name" in plan:
        yield plan
    for part in plan.get("Plans", ()):
        yield from _scans(part)
