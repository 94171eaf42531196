"""Mutations of movies and rooms, for managers only."""

from typing import Any
from uuid import UUID

import pytest

from loadtest.documents import (
    ADD_SEATS,
    CREATE_MOVIE,
    CREATE_ROOM,
    CREATE_SESSION,
    UPDATE_MOVIE,
    UPDATE_SESSION,
)
from persistence.postgres.pool import Pool
from tests.support.catalog import answer
from tests.support.cinema import Cinema, Show
from tests.support.schema_client import MANAGER, SchemaClient

NO_ID = "9b2f4b0e-0000-4000-8000-000000000000"
LIMITE = {
    "title": "Limite",
    "synopsis": "A boat, three people.",
    "durationMinutes": 114,
    "genres": ["drama", "silent"],
    "rating": "12",
}
PRICE = {"amountMinor": 100, "currency": "BRL"}
LATER = "2999-05-01T20:00:00Z"


@pytest.mark.parametrize(
    ("mutation", "entered"),
    [
        (CREATE_MOVIE, LIMITE),
        (UPDATE_MOVIE, {"id": NO_ID}),
        (CREATE_ROOM, {"name": "Sala 1", "rows": []}),
        (ADD_SEATS, {"roomId": NO_ID, "rows": []}),
        (
            CREATE_SESSION,
            {
                "movieId": NO_ID,
                "roomId": NO_ID,
                "startsAt": LATER,
                "pricePerSeat": PRICE,
            },
        ),
        (UPDATE_SESSION, {"id": "x"}),
    ],
)
async def test_only_managers_may_change_the_catalog(
    client: SchemaClient, ana: UUID, mutation: str, entered: dict[str, Any]
) -> None:
    strangers = await client.code(mutation, None, input=entered)
    asked = [*client.statements]
    customers = await client.code(mutation, ana, input=entered)
    managers = await client.ask(mutation, MANAGER, input=entered)

    assert (strangers, customers) == ("UNAUTHENTICATED", "FORBIDDEN")
    assert asked == []
    assert managers.errors is None


class TestMovies:
    async def test_a_new_movie_can_be_found(self, client: SchemaClient) -> None:
        made = await answer(client, CREATE_MOVIE, **LIMITE)
        read = await client.data(
            "query ($id: ID!) { movie(id: $id) { title rating } }", id=made["id"]
        )

        assert made == {"__typename": "Movie", "id": made["id"], **LIMITE}
        assert read["movie"] == {"title": "Limite", "rating": "12"}

    async def test_genres_and_rating_can_be_left_out(
        self, client: SchemaClient
    ) -> None:
        must = {key: LIMITE[key] for key in ("title", "synopsis", "durationMinutes")}

        made = await answer(client, CREATE_MOVIE, **must)

        assert (made["genres"], made["rating"]) == ([], None)

    async def test_omitted_fields_stay(self, client: SchemaClient) -> None:
        made = await answer(client, CREATE_MOVIE, **LIMITE)

        same = await answer(client, UPDATE_MOVIE, id=made["id"])
        renamed = await answer(
            client, UPDATE_MOVIE, id=made["id"], title="Limite (1931)"
        )
        unrated = await answer(
            client, UPDATE_MOVIE, id=made["id"], rating=None, genres=[]
        )

        assert same == made
        assert renamed == made | {"title": "Limite (1931)"}
        assert unrated == renamed | {"rating": None, "genres": []}

    async def test_every_invalid_field_is_listed_and_nothing_changes(
        self, client: SchemaClient, pool: Pool
    ) -> None:
        before = await pool.fetchval("SELECT count(*) FROM movies")
        made = await answer(client, CREATE_MOVIE, **LIMITE)

        created = await answer(
            client, CREATE_MOVIE, **LIMITE | {"title": "", "durationMinutes": 0}
        )
        updated = await answer(
            client, UPDATE_MOVIE, id=made["id"], title=None, durationMinutes=90
        )

        assert created == {
            "__typename": "InvalidInput",
            "code": "INVALID_INPUT",
            "message": "Some of the input is not valid.",
            "fields": [
                {
                    "path": ["title"],
                    "message": "Enter 1 to 200 visible characters on one line.",
                },
                {
                    "path": ["durationMinutes"],
                    "message": "Enter a number from 1 to 1000.",
                },
            ],
        }
        assert updated["fields"] == [
            {"path": ["title"], "message": "This field cannot be empty."}
        ]
        assert await answer(client, UPDATE_MOVIE, id=made["id"]) == made
        assert await pool.fetchval("SELECT count(*) FROM movies") == before + 1

    @pytest.mark.parametrize("movie_id", ["x", NO_ID])
    async def test_an_unknown_movie_is_not_found(
        self, client: SchemaClient, movie_id: str
    ) -> None:
        refused = await answer(client, UPDATE_MOVIE, id=movie_id, title="Limite")

        assert refused["code"] == "NOT_FOUND"


class TestRooms:
    async def test_a_new_room_has_its_seats_row_by_row(
        self, client: SchemaClient
    ) -> None:
        rows = [
            {"row": "AA", "seats": 1},
            {"row": "B", "seats": 2},
            {"row": "A", "seats": 1},
        ]

        made = await answer(client, CREATE_ROOM, name=" Sala 1 ", rows=rows)

        assert (made["name"], made["capacity"]) == ("Sala 1", 4)
        assert [(seat["row"], seat["number"]) for seat in made["seats"]] == [
            ("A", 1),
            ("B", 1),
            ("B", 2),
            ("AA", 1),
        ]

    async def test_more_seats_are_numbered_behind_the_highest(
        self, client: SchemaClient
    ) -> None:
        made = await answer(
            client, CREATE_ROOM, name="Sala 1", rows=[{"row": "A", "seats": 2}]
        )

        grown = await answer(
            client,
            ADD_SEATS,
            roomId=made["id"],
            rows=[{"row": "A", "seats": 2}, {"row": "B", "seats": 1}],
        )

        assert (grown["id"], grown["name"], grown["capacity"]) == (
            made["id"],
            "Sala 1",
            5,
        )
        assert [(seat["row"], seat["number"]) for seat in grown["seats"]] == [
            ("A", 1),
            ("A", 2),
            ("A", 3),
            ("A", 4),
            ("B", 1),
        ]

    async def test_a_room_that_is_too_large_is_refused(
        self, client: SchemaClient, pool: Pool
    ) -> None:
        before = await pool.fetchval("SELECT count(*) FROM rooms")
        rows = [{"row": f"{n}", "seats": 100} for n in range(21)]

        refused = await answer(client, CREATE_ROOM, name="Sala 1", rows=rows)

        assert refused["fields"] == [
            {"path": ["rows"], "message": "A room has up to 2000 seats."}
        ]
        assert await pool.fetchval("SELECT count(*) FROM rooms") == before

    async def test_a_row_that_is_too_long_is_refused(
        self, client: SchemaClient, show: Show, cinema: Cinema
    ) -> None:
        room_id = await cinema.room_of(show)
        rows = [{"row": "B", "seats": 1}, {"row": "A", "seats": 91}]

        refused = await answer(client, ADD_SEATS, roomId=str(room_id), rows=rows)

        assert refused["fields"] == [
            {
                "path": ["rows", "1", "seats"],
                "message": "A row has up to 100 seats.",
            }
        ]
        assert await cinema.count("seats", "room_id = $1", room_id) == 10
        assert len(await cinema.seat_states(show)) == 10
        assert await cinema.count("outbox", "session_id = $1", show.session_id) == 0

    @pytest.mark.parametrize("room_id", ["x", NO_ID])
    async def test_an_unknown_room_is_not_found(
        self, client: SchemaClient, room_id: str
    ) -> None:
        rows = [{"row": "A", "seats": 1}]

        refused = await answer(client, ADD_SEATS, roomId=room_id, rows=rows)

        assert refused["code"] == "NOT_FOUND"
