"""The minutes between two sessions of a room are kept free."""

from datetime import timedelta
from uuid import UUID

from persistence.postgres.pool import Pool
from tests.support.catalog import answer, moment
from tests.support.cinema import Cinema
from tests.support.schema_client import SchemaClient
from tests.support.venue_documents import (
    CREATE_SESSION,
    UPDATE_MOVIE,
    UPDATE_ROOM,
    UPDATE_SESSION,
)

PRICE = {"amountMinor": 2500, "currency": "BRL"}


async def test_the_turnaround_is_kept_free(
    client: SchemaClient, place: dict[str, str]
) -> None:
    room, wanted = place["roomId"], {**place, "pricePerSeat": PRICE}
    await answer(client, UPDATE_ROOM, id=room, turnaroundMinutes=30)
    first = await answer(client, CREATE_SESSION, **wanted, startsAt=moment(2))
    too_early = [
        await answer(client, CREATE_SESSION, **wanted, startsAt=moment(2, minutes))
        for minutes in (143, -143)
    ]
    next_one = await answer(client, CREATE_SESSION, **wanted, startsAt=moment(2, 144))
    moved = await answer(
        client, UPDATE_SESSION, id=next_one["id"], startsAt=moment(2, 143)
    )
    longer = await answer(
        client, UPDATE_MOVIE, id=place["movieId"], durationMinutes=115
    )

    for refused in (*too_early, moved):
        assert refused["conflictingSession"]["id"] == first["id"], refused
    assert longer["__typename"] == "RoomBusy"


async def test_a_longer_turnaround_needs_room_between_sessions(
    client: SchemaClient, place: dict[str, str], pool: Pool
) -> None:
    room, wanted = place["roomId"], {**place, "pricePerSeat": PRICE}
    await answer(client, CREATE_SESSION, **wanted, startsAt=moment(2))
    second = await answer(client, CREATE_SESSION, **wanted, startsAt=moment(2, 124))
    too_long = await answer(client, UPDATE_ROOM, id=room, turnaroundMinutes=11)
    fits = await answer(client, UPDATE_ROOM, id=room, turnaroundMinutes=10)
    between = await answer(
        client, UPDATE_SESSION, id=second["id"], startsAt=moment(2, 123)
    )

    assert too_long["conflictingSession"]["id"] == second["id"]
    assert (fits["version"], fits["turnaroundMinutes"]) == (2, 10)
    assert between["__typename"] == "RoomBusy"
    minutes = await pool.fetch(
        "SELECT DISTINCT turnaround_minutes FROM sessions WHERE room_id = $1",
        UUID(room),
    )
    assert [row["turnaround_minutes"] for row in minutes] == [10]


async def test_sessions_of_the_past_do_not_hinder_a_turnaround(
    client: SchemaClient, cinema: Cinema
) -> None:
    past = await cinema.open_session(starts_in=timedelta(days=-2))
    room = await cinema.room_of(past)
    movie = await cinema.movie_of(past)
    await cinema.pool.execute(
        "INSERT INTO sessions (movie_id, room_id, starts_at, ends_at, price_minor,"
        " currency) SELECT $1, $2, ends_at, ends_at + interval '1 hour', 1, 'BRL'"
        " FROM sessions WHERE id = $3",
        movie,
        room,
        past.session_id,
    )

    changed = await answer(client, UPDATE_ROOM, id=str(room), turnaroundMinutes=60)

    assert changed["__typename"] == "Room"
