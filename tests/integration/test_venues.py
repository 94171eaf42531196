"""Mutations of cinemas and rooms: their bounds, and versions."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from persistence.postgres.pool import Pool
from tests.support.catalog import answer, moment, wrong
from tests.support.cinema import Cinema, Show
from tests.support.schema_client import SchemaClient
from tests.support.venue_documents import (
    ADD_SEATS,
    CREATE_CINEMA,
    CREATE_ROOM,
    UPDATE_CINEMA,
    UPDATE_MOVIE,
    UPDATE_ROOM,
    UPDATE_SESSION,
)

UNKNOWN = str(UUID(int=7))
CINE = {
    "name": " Cine  Belém ",
    "city": "Bele\u0301m",
    "address": "Praça da República",
    "timeZone": "America/Belem",
    "currency": "BRL",
}
ROWS = [{"row": "A", "seats": 2}]
PRICE = {"amountMinor": 2500, "currency": "BRL"}


@pytest.fixture
async def cine(client: SchemaClient) -> dict[str, Any]:
    return await answer(client, CREATE_CINEMA, **CINE)


async def test_a_cinema_is_created_and_changed(
    client: SchemaClient, cine: dict[str, Any]
) -> None:
    key = cine["id"]
    assert cine == {
        "__typename": "Cinema",
        "id": key,
        "name": "Cine  Belém",
        "city": "Belém",
        "address": "Praça da República",
        "timeZone": "America/Belem",
        "currency": "BRL",
        "version": 1,
        "salesMinutesAfterStart": 0,
        "companionReleaseMinutes": 60,
        "refundHoursBeforeStart": 24,
    }
    same = await answer(client, UPDATE_CINEMA, id=key, name="Cine  Belém", city="Belém")
    moved = await answer(
        client, UPDATE_CINEMA, id=key, timeZone="America/Manaus", expectedVersion=1
    )
    sold = await answer(client, UPDATE_CINEMA, id=key, salesMinutesAfterStart=20)

    assert same == cine
    assert moved == cine | {"timeZone": "America/Manaus", "version": 2}
    assert sold == moved | {"salesMinutesAfterStart": 20, "version": 3}


async def test_a_cinema_is_found_by_its_new_name(
    client: SchemaClient, cine: dict[str, Any]
) -> None:
    name = f"Sala {uuid4().hex}"
    await answer(client, UPDATE_CINEMA, id=cine["id"], name=name)
    search = "query ($s: String) { cinemas(search: $s) { edges { node { id } } } }"

    found = await client.data(search, s=f"{name.upper()} belem")

    assert found["cinemas"]["edges"] == [{"node": {"id": cine["id"]}}]


@pytest.mark.parametrize(
    ("entered", "paths"),
    [
        ({"name": ""}, ["name"]),
        ({"name": "x" * 101, "city": "\n"}, ["name", "city"]),
        ({"address": "x" * 201}, ["address"]),
        ({"timeZone": "Brasilia"}, ["timeZone"]),
        ({"timeZone": "america/belem"}, ["timeZone"]),
        ({"timeZone": "-03:00"}, ["timeZone"]),
    ],
)
async def test_wrong_fields_of_a_cinema_are_named(
    client: SchemaClient,
    cine: dict[str, Any],
    entered: dict[str, Any],
    paths: list[str],
) -> None:
    assert wrong(await answer(client, CREATE_CINEMA, **CINE | entered)) == paths
    assert wrong(await answer(client, UPDATE_CINEMA, id=cine["id"], **entered)) == paths
    assert (await answer(client, UPDATE_CINEMA, id=cine["id"])) == cine


@pytest.mark.parametrize("currency", ["", "brl", "XXX", "BGN"])
async def test_a_cinema_has_a_currency_in_use(
    client: SchemaClient, pool: Pool, currency: str
) -> None:
    before = await pool.fetchval("SELECT count(*) FROM cinemas")
    refused = await answer(client, CREATE_CINEMA, **CINE | {"currency": currency})

    assert wrong(refused) == ["currency"]
    assert await pool.fetchval("SELECT count(*) FROM cinemas") == before


@pytest.mark.parametrize(
    "entered",
    [
        {"name": None},
        {"city": None},
        {"address": None},
        {"timeZone": None},
        {"salesMinutesAfterStart": None},
        {"salesMinutesAfterStart": -1},
        {"salesMinutesAfterStart": 1_001},
        {"companionReleaseMinutes": 10_081},
        {"refundHoursBeforeStart": 721},
    ],
)
async def test_a_change_of_a_cinema_has_bounds(
    client: SchemaClient, cine: dict[str, Any], entered: dict[str, Any]
) -> None:
    refused = await answer(client, UPDATE_CINEMA, id=cine["id"], **entered)

    assert wrong(refused) == list(entered)


async def test_a_room_belongs_to_the_named_cinema_or_the_oldest(
    client: SchemaClient, pool: Pool, cine: dict[str, Any]
) -> None:
    oldest = str(await pool.fetchval("SELECT first_cinema()"))
    named = await answer(
        client, CREATE_ROOM, name="Sala 1", rows=ROWS, cinemaId=cine["id"]
    )
    unnamed = await answer(client, CREATE_ROOM, name="Sala 1", rows=ROWS)

    assert (named["cinema"]["id"], named["version"]) == (cine["id"], 1)
    assert unnamed["cinema"]["id"] == oldest != cine["id"]


@pytest.mark.parametrize(
    ("entered", "path"),
    [
        ({"cinemaId": "x"}, "cinemaId"),
        ({"cinemaId": UNKNOWN}, "cinemaId"),
        ({"turnaroundMinutes": -1}, "turnaroundMinutes"),
        ({"turnaroundMinutes": 241}, "turnaroundMinutes"),
    ],
)
async def test_a_wrong_room_is_not_created(
    client: SchemaClient, pool: Pool, entered: dict[str, Any], path: str
) -> None:
    before = await pool.fetchval("SELECT count(*) FROM rooms")
    refused = await answer(client, CREATE_ROOM, name="Sala", rows=ROWS, **entered)

    assert wrong(refused) == [path]
    assert await pool.fetchval("SELECT count(*) FROM rooms") == before


async def test_a_room_is_changed_and_counts_its_changes(client: SchemaClient) -> None:
    room = await answer(client, CREATE_ROOM, name="Sala 1", rows=ROWS)
    key = room["id"]
    more = await answer(client, ADD_SEATS, roomId=key, rows=ROWS)
    same = await answer(
        client, UPDATE_ROOM, id=key, name=" Sala 1", turnaroundMinutes=0
    )
    changed = await answer(
        client, UPDATE_ROOM, id=key, name="Sala 2", turnaroundMinutes=20
    )

    assert (more["version"], more["capacity"]) == (2, 4)
    assert (same["version"], same["name"]) == (2, "Sala 1")
    assert changed == {
        "__typename": "Room",
        "id": key,
        "name": "Sala 2",
        "turnaroundMinutes": 20,
        "version": 3,
    }


@pytest.mark.parametrize(
    "entered", [{"name": None}, {"name": " "}, {"turnaroundMinutes": None}]
)
async def test_a_change_of_a_room_has_bounds(
    client: SchemaClient, entered: dict[str, Any]
) -> None:
    room = await answer(client, CREATE_ROOM, name="Sala 1", rows=ROWS)

    assert wrong(await answer(client, UPDATE_ROOM, id=room["id"], **entered)) == list(
        entered
    )


@pytest.mark.parametrize("mutation", [UPDATE_CINEMA, UPDATE_ROOM])
@pytest.mark.parametrize("id", ["x", UNKNOWN])
async def test_unknown_ones_are_not_found(
    client: SchemaClient, mutation: str, id: str
) -> None:
    refused = await answer(client, mutation, id=id, expectedVersion=1)

    assert refused["__typename"] == "NotFound"


async def test_of_two_managers_at_once_one_is_outdated(
    client: SchemaClient, cine: dict[str, Any], show: Show, cinema: Cinema
) -> None:
    room, movie = await cinema.room_of(show), await cinema.movie_of(show)
    for mutation, key, one, other in (
        (UPDATE_CINEMA, cine["id"], {"name": "One"}, {"city": "Other"}),
        (UPDATE_ROOM, str(room), {"name": "One"}, {"turnaroundMinutes": 5}),
        (
            UPDATE_SESSION,
            str(show.session_id),
            {"startsAt": moment(3)},
            {"pricePerSeat": PRICE | {"amountMinor": 1}},
        ),
        # Last: a movie's length is a change of its sessions, too.
        (UPDATE_MOVIE, str(movie), {"title": "One"}, {"durationMinutes": 100}),
    ):
        both = await asyncio.gather(
            *(
                answer(client, mutation, id=key, expectedVersion=1, **entered)
                for entered in (one, other)
            )
        )
        late = await answer(client, mutation, id=key, expectedVersion=1, **one)
        last_wins = await answer(client, mutation, id=key, **one)

        kinds = [each["__typename"] for each in both]
        assert kinds.count("Outdated") == 1, both
        assert [late["__typename"], late["currentVersion"]] == ["Outdated", 2]
        assert last_wins["version"] in {2, 3}
