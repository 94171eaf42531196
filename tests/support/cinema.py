"""Creates sessions and customers for one test."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.ports import Wanted
from persistence.postgres.pool import Pool


@dataclass(frozen=True)
class Show:
    """A session that is on sale."""

    session_id: UUID
    seat_ids: tuple[UUID, ...]  # sorted

    def wanting(self, *numbers: int) -> Wanted:
        """The seats with these numbers, from 0."""
        return Wanted(
            session_id=self.session_id,
            seat_ids=tuple(sorted(self.seat_ids[number] for number in numbers)),
        )


def reserving(show: Show, *numbers: int, key: str | None = None) -> dict[str, Any]:
    """Input of reserveSeats for the seats with these numbers, from 0."""
    return {
        "sessionId": str(show.session_id),
        "seatIds": [str(show.seat_ids[number]) for number in numbers],
        "idempotencyKey": key,
    }


class Cinema:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def open_session(
        self,
        seats: int = 10,
        *,
        price_minor: int = 2500,
        starts_in: timedelta = timedelta(days=1),
    ) -> Show:
        session_id = await self.pool.fetchval(
            """
            WITH movie AS (
                INSERT INTO movies (title, synopsis, duration_minutes, genres)
                VALUES ('Limite', 'A boat, three people.', 114, '{drama}')
                RETURNING id
            ),
            room AS (INSERT INTO rooms (name) VALUES ('Sala 1') RETURNING id)
            INSERT INTO sessions (movie_id, room_id, starts_at, ends_at,
                                  price_minor, currency)
            SELECT movie.id, room.id, clock_timestamp() + $1::interval,
                   clock_timestamp() + $1::interval + interval '2 hours', $2, 'BRL'
            FROM movie, room
            RETURNING id
            """,
            starts_in,
            price_minor,
        )
        rows = await self.pool.fetch(
            """
            WITH room_seats AS (
                INSERT INTO seats (room_id, row_label, number)
                SELECT room_id, chr(65 + n / 1000), n % 1000 + 1
                FROM sessions, generate_series(0, $2::int - 1) n
                WHERE sessions.id = $1
                RETURNING id
            )
            INSERT INTO session_seats (session_id, seat_id, status, version)
            SELECT $1, id, 'AVAILABLE', 1 FROM room_seats
            RETURNING id
            """,
            session_id,
            seats,
        )
        return Show(session_id, tuple(sorted(row["id"] for row in rows)))

    async def empty_room(self, seats: int = 3) -> dict[str, str]:
        """A room and a movie of 114 minutes, as input of createSession."""
        row = await self.pool.fetchrow(
            """
            WITH movie AS (
                INSERT INTO movies (title, synopsis, duration_minutes, genres)
                VALUES ('Limite', 'A boat, three people.', 114, '{drama}')
                RETURNING id
            ),
            room AS (INSERT INTO rooms (name) VALUES ('Sala 1') RETURNING id),
            room_seats AS (
                INSERT INTO seats (room_id, row_label, number)
                SELECT room.id, 'A', n FROM room, generate_series(1, $1::int) n
            )
            SELECT movie.id AS movie, room.id AS room FROM movie, room
            """,
            seats,
        )
        assert row
        return {"movieId": str(row["movie"]), "roomId": str(row["room"])}

    async def customers(self, count: int) -> list[UUID]:
        rows = await self.pool.fetch(
            """
            INSERT INTO accounts (email, name, role)
            SELECT gen_random_uuid() || '@cinema.example', 'Ana', 'CUSTOMER'
            FROM generate_series(1, $1::int)
            RETURNING id
            """,
            count,
        )
        return [row["id"] for row in rows]

    async def seat_states(self, show: Show) -> list[tuple[str, int]]:
        """Stored status and version of each seat, in the order of `show.seat_ids`."""
        rows = await self.pool.fetch(
            "SELECT status, version FROM session_seats WHERE session_id = $1"
            " ORDER BY id",
            show.session_id,
        )
        return [(row["status"], row["version"]) for row in rows]

    async def room_of(self, show: Show) -> UUID:
        room_id: UUID = await self.pool.fetchval(
            "SELECT room_id FROM sessions WHERE id = $1", show.session_id
        )
        return room_id

    async def movie_of(self, show: Show) -> UUID:
        movie_id: UUID = await self.pool.fetchval(
            "SELECT movie_id FROM sessions WHERE id = $1", show.session_id
        )
        return movie_id

    async def count(self, table: str, condition: str, *args: object) -> int:
        query = f"SELECT count(*) FROM {table} WHERE {condition}"  # noqa: S608  # constants of tests
        return int(await self.pool.fetchval(query, *args))


async def expire_hold(pool: Pool, reservation_id: UUID) -> None:
    """As if it had expired a millisecond ago."""
    await pool.execute(_BACKDATE, reservation_id)


async def postpone_expiry(pool: Pool, reservation_id: UUID) -> None:
    """Adds an hour, so that the hold survives a slow test."""
    await pool.execute(_POSTPONE, reservation_id)


_BACKDATE = """
WITH expired AS (
    UPDATE reservations
    SET created_at = created_at - interval '1 minute',
        expires_at = clock_timestamp() - interval '1 millisecond'
    WHERE id = $1 AND status = 'PENDING' RETURNING id, expires_at
)
UPDATE session_seats SET held_until = expired.expires_at
FROM expired WHERE session_seats.reservation_id = expired.id
"""
_POSTPONE = """
WITH postponed AS (
    UPDATE reservations SET expires_at = expires_at + interval '1 hour'
    WHERE id = $1 AND status = 'PENDING' RETURNING id, expires_at
)
UPDATE session_seats SET held_until = postponed.expires_at
FROM postponed WHERE session_seats.reservation_id = postponed.id
"""
