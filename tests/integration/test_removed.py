"""What was never sold can be removed, and a movie without sessions to come archived."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support.catalog import answer, moment
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.schema_client import SchemaClient
from tests.support.venue_documents import (
    ARCHIVE_MOVIE,
    CREATE_SESSION,
    REMOVE_ROOM,
    REMOVE_SESSION,
    UPDATE_MOVIE,
)

UNKNOWN = str(UUID(int=7))
PRICE = {"amountMinor": 2500, "currency": "BRL"}
LISTED = """
query ($search: String) {
  movies(search: $search, first: 100) { edges { node { id } } totalCount }
}"""


async def test_a_session_that_nobody_reserved_is_removed(
    client: SchemaClient, cinema: Cinema, show: Show, ana: UUID
) -> None:
    room = await cinema.room_of(show)
    removed = await answer(client, REMOVE_SESSION, id=str(show.session_id))
    again = await answer(client, REMOVE_SESSION, id=str(show.session_id))
    reserved = await client.reserve(ana, show, 0)

    assert removed == {
        "__typename": "Session",
        "id": str(show.session_id),
        "room": {"id": str(room)},
        "seatMap": {"available": 0},
    }
    assert again["__typename"] == reserved["__typename"] == "NotFound"
    assert await cinema.count("session_seats", "session_id = $1", show.session_id) == 0
    assert await cinema.count("seats", "room_id = $1", room) == 10


async def test_a_session_with_a_reservation_stays(
    client: SchemaClient, cinema: Cinema, show: Show, ana: UUID
) -> None:
    held = await client.reserve(ana, show, 0)
    await expire_hold(cinema.pool, UUID(held["id"]))

    refused = await answer(client, REMOVE_SESSION, id=str(show.session_id))

    assert (refused["__typename"], refused["code"]) == ("InUse", "SESSION_IN_USE")
    assert "reserved" in refused["message"]
    assert await cinema.count("session_seats", "session_id = $1", show.session_id) == 10


async def test_a_hold_and_a_removal_at_once_end_one_way(
    client: SchemaClient, cinema: Cinema
) -> None:
    shows = [await cinema.open_session(seats=2) for _ in range(8)]
    customers = await cinema.customers(8)
    for show, customer in zip(shows, customers, strict=True):
        held, removed = await asyncio.gather(
            client.reserve(customer, show, 0),
            answer(client, REMOVE_SESSION, id=str(show.session_id)),
        )
        kinds = (held["__typename"], removed["__typename"])
        assert kinds in {("Reservation", "InUse"), ("NotFound", "Session")}


async def test_a_room_without_sessions_is_removed(
    client: SchemaClient, cinema: Cinema, place: dict[str, str], show: Show
) -> None:
    removed = await answer(client, REMOVE_ROOM, id=place["roomId"])
    again = await answer(client, REMOVE_ROOM, id=place["roomId"])
    used = await answer(client, REMOVE_ROOM, id=str(await cinema.room_of(show)))

    assert removed["id"] == place["roomId"]
    assert (removed["capacity"], removed["seats"]) == (0, [])
    assert again["__typename"] == "NotFound"
    assert used["__typename"] == "InUse" and "sessions" in used["message"]
    assert await cinema.count("seats", "room_id = $1", UUID(place["roomId"])) == 0


async def test_a_room_whose_sessions_are_removed_can_be_removed(
    client: SchemaClient, cinema: Cinema, show: Show
) -> None:
    room = str(await cinema.room_of(show))
    await answer(client, REMOVE_SESSION, id=str(show.session_id))

    assert (await answer(client, REMOVE_ROOM, id=room))["__typename"] == "Room"


async def listed(client: SchemaClient, title: str) -> list[str]:
    movies = (await client.data(LISTED, search=title))["movies"]
    assert movies["totalCount"] == len(movies["edges"])
    return [edge["node"]["id"] for edge in movies["edges"]]


async def test_a_movie_without_sessions_to_come_is_archived(
    client: SchemaClient, cinema: Cinema, place: dict[str, str]
) -> None:
    past = await cinema.open_session(starts_in=timedelta(hours=-1))
    movie = str(await cinema.movie_of(past))
    title = f"Movie {movie}"
    await answer(client, UPDATE_MOVIE, id=movie, title=title)
    before = await listed(client, title)
    archived = await answer(client, ARCHIVE_MOVIE, id=movie)
    again = await answer(client, ARCHIVE_MOVIE, id=movie)
    planned = await answer(
        client,
        CREATE_SESSION,
        movieId=movie,
        roomId=place["roomId"],
        startsAt=moment(2),
        pricePerSeat=PRICE,
    )

    assert before == [movie]
    assert again == archived == {"__typename": "Movie", "id": movie, "version": 3}
    assert await listed(client, title) == []
    shown = await client.data("query ($id: ID!) { movie(id: $id) { title } }", id=movie)
    assert shown == {"movie": {"title": title}}
    assert [field["path"] for field in planned["fields"]] == [["movieId"]]


async def test_a_movie_with_sessions_to_come_stays(
    client: SchemaClient, cinema: Cinema, show: Show
) -> None:
    refused = await answer(client, ARCHIVE_MOVIE, id=str(await cinema.movie_of(show)))

    assert refused["__typename"] == "InUse" and "to come" in refused["message"]


@pytest.mark.parametrize("mutation", [REMOVE_SESSION, REMOVE_ROOM, ARCHIVE_MOVIE])
@pytest.mark.parametrize("id", ["x", UNKNOWN])
async def test_unknown_ones_are_not_found(
    client: SchemaClient, mutation: str, id: str
) -> None:
    refused: dict[str, Any] = await answer(client, mutation, id=id)

    assert refused["__typename"] == "NotFound"
