"""Cinemas: their lists, their rooms, their clocks and the sessions of their days."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.text import order_key, search_key
from persistence.postgres.pool import Pool
from persistence.queries import Queries
from tests.support.cinema import Cinema, Show
from tests.support.pages import all_pages
from tests.support.schema_client import SchemaClient

BERLIN = "Europe/Berlin"
CINEMA = """
query ($id: ID!) { cinema(id: $id) {
  id name city address timeZone currency version
  salesMinutesAfterStart companionReleaseMinutes refundHoursBeforeStart
  rooms { id name turnaroundMinutes version capacity cinema { id } }
} }"""
LIST = """
query ($first: Int!, $search: String) {
  cinemas(first: $first, search: $search) { edges { node { id } } totalCount
  }
}"""
SESSION = """
query ($id: ID!) { session(id: $id) {
  cinema { id timeZone } status startsAtLocal version movie { version }
} }"""
SESSIONS = """
query ($filter: SessionFilter) {
  sessions(filter: $filter) { edges { node { id startsAtLocal } } totalCount }
}"""
INSTANTS = """
query ($id: ID!, $local: String!) { instantsOf(cinemaId: $id, local: $local) }"""
ADD_CINEMA = """
INSERT INTO cinemas (name, city, address, time_zone, currency, name_key, search_key)
VALUES ($1, $2, 'Street 1', $3, 'EUR', $4, $5) RETURNING id
"""


@dataclass
class Site:
    pool: Pool
    cinema: Cinema
    id: UUID

    async def session_at(self, moment: datetime) -> str:
        show = await self.cinema.open_session(seats=1)
        room_id = await self.cinema.room_of(show)
        await self.pool.execute(
            "UPDATE rooms SET cinema_id = $2 WHERE id = $1", room_id, self.id
        )
        await self.pool.execute(
            "UPDATE sessions SET starts_at = $2, ends_at = $3 WHERE id = $1",
            show.session_id,
            moment,
            moment + timedelta(hours=2),
        )
        return str(show.session_id)


async def add_cinema(pool: Pool, name: str, city: str, zone: str = BERLIN) -> UUID:
    named = f"{name} {city}"
    added: UUID = await pool.fetchval(
        ADD_CINEMA, name, city, zone, order_key(named), search_key(named)
    )
    return added


@pytest.fixture
async def berlin(pool: Pool, cinema: Cinema) -> Site:
    name = f"Kino {uuid4().hex}"
    return Site(pool, cinema, await add_cinema(pool, name, "Berlin"))


async def test_a_cinema_with_its_rooms(client: SchemaClient, berlin: Site) -> None:
    await berlin.session_at(datetime(2030, 1, 1, 20, tzinfo=UTC))
    shown = (await client.data(CINEMA, id=str(berlin.id)))["cinema"]

    [room] = shown.pop("rooms")
    assert room.pop("cinema") == {"id": str(berlin.id)}
    assert room["turnaroundMinutes"] == 0 and room["version"] == room["capacity"] == 1
    assert shown.pop("name").startswith("Kino")
    assert shown == {
        "id": str(berlin.id),
        "city": "Berlin",
        "address": "Street 1",
        "timeZone": BERLIN,
        "currency": "EUR",
        "version": 1,
        "salesMinutesAfterStart": 0,
        "companionReleaseMinutes": 60,
        "refundHoursBeforeStart": 24,
    }


@pytest.mark.parametrize("id", ["x", str(UUID(int=7))])
async def test_an_unknown_cinema_is_null(client: SchemaClient, id: str) -> None:
    assert await client.data(CINEMA, id=id) == {"cinema": None}


async def test_cinemas_are_listed_by_name_and_found_by_name_and_city(
    client: SchemaClient, pool: Pool, queries: Queries
) -> None:
    mark = uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))
    names = [f"{mark} Sala 10", f"{mark} Sala 2", f"{mark} Ágata"]
    ids = [str(await add_cinema(pool, name, "Belém")) for name in names]

    pages = await all_pages(partial(queries.cinemas.page, search=mark), size=2)
    by_city = await client.data(LIST, first=5, search=f"belem {mark} 10")
    unknown = await client.data(LIST, first=5, search=f"{mark} manaus")

    assert [[str(each.id) for each in page] for page in pages] == [
        [ids[2], ids[1]],
        ids[:1],
    ]
    assert [edge["node"]["id"] for edge in by_city["cinemas"]["edges"]] == ids[:1]
    assert by_city["cinemas"]["totalCount"] == 1
    assert unknown["cinemas"]["edges"] == []


async def test_a_session_shows_its_cinemas_time(
    client: SchemaClient, berlin: Site
) -> None:
    session_id = await berlin.session_at(datetime(2030, 7, 1, 22, 30, 15, tzinfo=UTC))

    assert await client.data(SESSION, id=session_id) == {
        "session": {
            "cinema": {"id": str(berlin.id), "timeZone": BERLIN},
            "status": "SCHEDULED",
            "startsAtLocal": "2030-07-02T00:30",
            "version": 1,
            "movie": {"version": 1},
        }
    }


async def listed(client: SchemaClient, **filter: Any) -> list[str]:
    data = (await client.data(SESSIONS, filter=filter))["sessions"]
    ids = [edge["node"]["id"] for edge in data["edges"]]
    assert data["totalCount"] == len(ids)
    return ids


async def test_each_session_is_in_one_day_of_its_cinema(
    client: SchemaClient, berlin: Site, show: Show
) -> None:
    # The night in which the clock goes from 03:00 back to 02:00.
    evening = await berlin.session_at(datetime(2030, 10, 26, 21, 59, tzinfo=UTC))
    midnight = await berlin.session_at(datetime(2030, 10, 26, 22, tzinfo=UTC))
    last = await berlin.session_at(datetime(2030, 10, 27, 22, 59, tzinfo=UTC))
    next_day = await berlin.session_at(datetime(2030, 10, 27, 23, tzinfo=UTC))
    own = {"cinemaId": str(berlin.id)}

    assert await listed(client, **own) == [evening, midnight, last, next_day]
    assert await listed(client, **own, date="2030-10-26") == [evening]
    assert await listed(client, **own, date="2030-10-27") == [midnight, last]
    assert await listed(client, **own, date="2030-10-28") == [next_day]
    both = {"startsAfter": "2030-10-27T00:00:00Z", "date": "2030-10-27"}
    assert await listed(client, **own, **both) == [last]
    both = {"startsBefore": "2030-10-27T00:00:00Z", "date": "2030-10-27"}
    assert await listed(client, **own, **both) == [midnight]
    both = {"startsBefore": "2031-01-01T00:00:00Z", "date": "2030-10-27"}
    assert await listed(client, **own, **both) == [midnight, last]
    assert str(show.session_id) not in await listed(client, **own)


async def test_those_of_a_cinema_come_in_either_order(
    client: SchemaClient, berlin: Site
) -> None:
    past = await berlin.session_at(datetime(2020, 1, 1, 20, tzinfo=UTC))
    planned = await berlin.session_at(datetime(2030, 1, 1, 20, tzinfo=UTC))
    ordered = """query ($filter: SessionFilter, $order: SessionOrder!) {
      sessions(filter: $filter, order: $order) { edges { node { id } } }
    }"""
    wanted = {"cinemaId": str(berlin.id), "status": "SCHEDULED"}
    orders = {"BY_START": [past, planned], "TO_COME_FIRST": [planned, past]}
    for order, expected in orders.items():
        data = await client.data(ordered, filter=wanted, order=order)
        edges = data["sessions"]["edges"]
        assert [edge["node"]["id"] for edge in edges] == expected


async def test_sessions_are_found_by_status(client: SchemaClient, berlin: Site) -> None:
    planned = await berlin.session_at(datetime(2030, 1, 1, 20, tzinfo=UTC))
    own = {"cinemaId": str(berlin.id)}

    assert await listed(client, **own, status="SCHEDULED") == [planned]
    assert await listed(client, **own, status="CANCELLED") == []


@pytest.mark.parametrize("id", ["x", str(UUID(int=7))])
async def test_an_unknown_cinema_has_no_sessions(client: SchemaClient, id: str) -> None:
    assert await listed(client, cinemaId=id, date="2030-01-01") == []


async def test_a_day_needs_a_cinema(client: SchemaClient) -> None:
    code = await client.code(SESSIONS, filter={"date": "2030-01-01"})

    assert code == "BAD_USER_INPUT"
    assert client.statements == []


@pytest.mark.parametrize("day", ["2030-02-30", "2030-1-1", "0001-01-01", "", 20300101])
async def test_what_is_no_day_is_refused(client: SchemaClient, day: object) -> None:
    result = await client.ask(SESSIONS, filter={"cinemaId": "x", "date": day})

    assert result.errors and "2026-11-29" in result.errors[0].message
    assert client.statements == []


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-11-29T20:30", ["2026-11-29T19:30:00Z"]),
        ("2026-11-29T20:30:15", ["2026-11-29T19:30:15Z"]),
        ("2026-03-29T02:30", []),
        ("2026-10-25T02:30", ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]),
    ],
)
async def test_the_moments_of_a_local_time(
    client: SchemaClient, berlin: Site, local: str, expected: list[str]
) -> None:
    shown = await client.data(INSTANTS, id=str(berlin.id), local=local)

    assert shown == {"instantsOf": expected}


async def test_an_unknown_cinema_has_no_clock(
    client: SchemaClient, berlin: Site
) -> None:
    local = "2026-11-29T20:30"

    assert await client.code(INSTANTS, id="x", local=local) == "NOT_FOUND"
    unknown = str(UUID(int=7))
    assert await client.code(INSTANTS, id=unknown, local=local) == "NOT_FOUND"
    code = await client.code(INSTANTS, id=str(berlin.id), local=f"{local}Z")
    assert code == "BAD_USER_INPUT"
