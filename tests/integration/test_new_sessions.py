"""New sessions, and new seats in sessions that have not started."""

from typing import Any
from uuid import UUID

import pytest

from loadtest.documents import ADD_SEATS, CREATE_SESSION
from persistence.postgres.pool import Pool
from tests.support.catalog import answer, moment
from tests.support.cinema import Cinema
from tests.support.schema_client import SchemaClient

NO_ID = "9b2f4b0e-0000-4000-8000-000000000000"
PRICE = {"amountMinor": 1800, "currency": "EUR"}


class TestCreating:
    async def test_every_seat_of_the_room_is_on_sale_until_the_movie_is_over(
        self, client: SchemaClient, place: dict[str, str], cinema: Cinema
    ) -> None:
        made = await answer(
            client, CREATE_SESSION, **place, startsAt=moment(3), pricePerSeat=PRICE
        )

        assert made["__typename"] == "Session"
        assert made["movie"]["id"] == place["movieId"]
        assert made["room"] == {"id": place["roomId"], "capacity": 3}
        assert made["startsAt"] == moment(3)
        assert made["endsAt"] == moment(3, 114)
        assert made["pricePerSeat"] == PRICE
        assert made["seatMap"]["available"] == 3
        assert made["seatMap"]["seats"] == [
            {
                "row": "A",
                "number": number,
                "status": "AVAILABLE",
                "version": 1,
                "price": {"amountMinor": 1800},
            }
            for number in (1, 2, 3)
        ]
        assert await cinema.count("outbox", "session_id = $1", UUID(made["id"])) == 0

    @pytest.mark.parametrize(
        "starts_at",
        [moment(-1), "0001-01-01T00:00:00Z", moment(733), "9999-12-31T23:59:59Z"],
        ids=["yesterday", "first", "two years and two days", "last"],
    )
    async def test_it_starts_within_two_years(
        self,
        client: SchemaClient,
        place: dict[str, str],
        cinema: Cinema,
        starts_at: str,
    ) -> None:
        refused = await answer(
            client, CREATE_SESSION, **place, startsAt=starts_at, pricePerSeat=PRICE
        )

        assert refused["fields"] == [
            {
                "path": ["startsAt"],
                "message": "Enter a time in the future, within two years.",
            }
        ]
        room_id = UUID(place["roomId"])
        assert await cinema.count("sessions", "room_id = $1", room_id) == 0

    async def test_every_invalid_part_of_a_price_is_listed(
        self, client: SchemaClient, place: dict[str, str]
    ) -> None:
        price = {"amountMinor": -1, "currency": "real"}

        refused = await answer(
            client, CREATE_SESSION, **place, startsAt=moment(3), pricePerSeat=price
        )

        assert [field["path"] for field in refused["fields"]] == [
            ["pricePerSeat", "amountMinor"],
            ["pricePerSeat", "currency"],
        ]

    @pytest.mark.parametrize("unknown", ["movieId", "roomId"])
    @pytest.mark.parametrize("id", ["x", NO_ID])
    async def test_unknown_movies_and_rooms_are_not_found(
        self, client: SchemaClient, place: dict[str, str], unknown: str, id: str
    ) -> None:
        refused = await answer(
            client,
            CREATE_SESSION,
            **place | {unknown: id},
            startsAt=moment(3),
            pricePerSeat=PRICE,
        )

        assert refused["code"] == "NOT_FOUND"

    async def test_a_room_holds_one_session_at_a_time(
        self, client: SchemaClient, place: dict[str, str], cinema: Cinema
    ) -> None:
        async def create(minutes: int) -> dict[str, Any]:
            starts_at = moment(3, minutes)
            return await answer(
                client, CREATE_SESSION, **place, startsAt=starts_at, pricePerSeat=PRICE
            )

        first = await create(0)
        refused = [await create(minutes) for minutes in (-113, 0, 113)]
        next_to_it = [await create(minutes) for minutes in (-114, 114)]

        assert [each["code"] for each in refused] == ["ROOM_BUSY"] * 3
        assert {each["conflictingSession"]["id"] for each in refused} == {first["id"]}
        assert [each["__typename"] for each in next_to_it] == ["Session", "Session"]
        room_id = UUID(place["roomId"])
        assert await cinema.count("sessions", "room_id = $1", room_id) == 3


async def test_added_seats_are_on_sale_in_sessions_that_have_not_started(
    client: SchemaClient, cinema: Cinema, pool: Pool
) -> None:
    show = await cinema.open_session(seats=2)
    room_id = await cinema.room_of(show)
    begun = await pool.fetchval(
        """
        INSERT INTO sessions (movie_id, room_id, starts_at, ends_at, price_minor,
                              currency)
        SELECT movie_id, room_id, clock_timestamp() - interval '1 minute',
               clock_timestamp() + interval '1 hour', 100, 'BRL'
        FROM sessions WHERE id = $1
        RETURNING id
        """,
        show.session_id,
    )

    rows = [{"row": "A", "seats": 1}, {"row": "B", "seats": 600}]
    refused = await answer(client, ADD_SEATS, roomId=str(room_id), rows=rows)
    rows = [{"row": f"{n}", "seats": 100} for n in range(6)]
    grown = await answer(client, ADD_SEATS, roomId=str(room_id), rows=rows)

    assert refused["code"] == "INVALID_INPUT"
    assert grown["capacity"] == 602
    assert await cinema.seat_states(show) == [("AVAILABLE", 1)] * 602
    assert await cinema.count("session_seats", "session_id = $1", begun) == 0
    events = await pool.fetch(
        "SELECT type, awaiting, jsonb_array_length(data->'seats') AS seats"
        " FROM outbox WHERE session_id = $1 ORDER BY position",
        show.session_id,
    )
    assert [tuple(row) for row in events] == [
        ("SeatsAdded", ["fanout"], 500),
        ("SeatsAdded", ["fanout"], 100),
    ]
