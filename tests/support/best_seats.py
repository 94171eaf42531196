"""Sessions in rooms with many rows, and processes that sell their best seats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID, uuid4

from domain.best_booking import BestSeatsService
from domain.best_seats import Wish
from domain.booking import BookingService
from domain.errors import NotEnoughSeatsError
from domain.ports import SeatLocks
from domain.reservation import Reservation
from persistence.postgres.pool import Pool
from persistence.queries.seat_maps import SeatMaps
from persistence.queries.seatings import Seatings
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema
from tests.support.null_services import NoWakeup
from tests.support.prices import ADD_PRICE, ADD_TYPE, DEFAULT_TYPE

SEATS = """
WITH room AS (
    INSERT INTO rooms (name) VALUES ('Sala 1') RETURNING id
),
movie AS (
    INSERT INTO movies (title, synopsis, duration_minutes, genres)
    VALUES ('Limite', 'A boat, three people.', 114, '{drama}') RETURNING id
),
room_seats AS (
    INSERT INTO seats (room_id, row_label, number, label, label_key, x, y, place,
                       zone_id)
    SELECT room.id, 'R' || row, number, row || '-' || number, row || '-' || number,
           number - 1, row - 1, number - 1, z.id
    FROM room, generate_series(1, $1::int) row, generate_series(1, $2::int) number,
         price_zones z WHERE z.is_default AND z.cinema_id = first_cinema()
    RETURNING id
),
session AS (
    INSERT INTO sessions (movie_id, room_id, starts_at, ends_at, price_minor, currency)
    SELECT movie.id, room.id, clock_timestamp() + interval '1 day',
           clock_timestamp() + interval '26 hours', 2500, 'BRL'
    FROM movie, room RETURNING id
)
INSERT INTO session_seats (session_id, seat_id, status, version)
SELECT session.id, room_seats.id, 'AVAILABLE', 1 FROM session, room_seats
RETURNING session_id
"""
ROWS = """
SELECT array_agg(ss.id ORDER BY seat.place) AS ids FROM session_seats ss
JOIN seats seat ON seat.id = ss.seat_id WHERE ss.session_id = $1
GROUP BY seat.row_label
"""
HELD = """
SELECT claims.session_seat_id AS seat, r.id AS reservation, r.created_at AS since
FROM claims JOIN reservations r ON r.id = claims.reservation_id
WHERE r.session_id = $1
"""


@dataclass(frozen=True)
class BigRoom:
    cinema: Cinema
    session_id: UUID
    rows: tuple[tuple[UUID, ...], ...]  # seats side by side

    @classmethod
    async def open(cls, pool: Pool, rows: int, seats: int) -> "BigRoom":
        session_id = await pool.fetchval(SEATS, rows, seats)
        found = await pool.fetch(ROWS, session_id)
        return cls(Cinema(pool), session_id, tuple(tuple(r["ids"]) for r in found))

    def are_side_by_side(self, seats: Sequence[UUID]) -> bool:
        wanted = {*seats}
        for row in self.rows:
            places = [place for place, seat in enumerate(row) if seat in wanted]
            if places:
                return len(places) == len(wanted) == places[-1] - places[0] + 1
        return False

    async def sell_two_types(self) -> tuple[UUID, UUID]:
        """The default type and another one, which have prices from now on."""
        pool = self.cinema.pool
        adult = await pool.fetchval(DEFAULT_TYPE)
        student = await pool.fetchval(ADD_TYPE, f"Student {uuid4()}")
        zone = await pool.fetchval(
            "SELECT zone_id FROM session_seats WHERE id = $1", self.rows[0][0]
        )
        for ticket_type, amount in ((adult, 2500), (student, 1250)):
            await pool.execute(ADD_PRICE, self.session_id, zone, ticket_type, amount)
        return adult, student

    async def lone_seats(self) -> int:
        """How many seats are free without a free one beside them."""
        free = {
            row["id"]
            for row in await self.cinema.pool.fetch(
                "SELECT id FROM session_seats WHERE session_id = $1"
                " AND status = 'AVAILABLE'",
                self.session_id,
            )
        }
        beside = {
            seat
            for row in self.rows
            for pair in pairwise(row)
            if free.issuperset(pair)
            for seat in pair
        }
        return len(free - beside)


@dataclass(frozen=True)
class Refusal:
    """NotEnoughSeats, and between which moments it was decided."""

    called_at: datetime
    answered_at: datetime


class Process:
    """Sells as one process of the API does, with what it knows by itself."""

    def __init__(self, pool: Pool, locks: SeatLocks) -> None:
        ledger = PostgresLedger(pool)
        self._pool = pool
        self.booking = BookingService(ledger, locks, NoWakeup())
        seatings = Seatings(pool, SeatMaps(pool))
        self.best_seats = BestSeatsService(self.booking, ledger, seatings, NoWakeup())

    async def sell(
        self,
        session_id: UUID,
        wish: Wish,
        customer: UUID,
        type_ids: tuple[UUID, ...] = (),
    ) -> Reservation | Refusal:
        called_at = await self.now()
        try:
            return await self.best_seats.reserve_best_seats(
                session_id, wish, customer, type_ids=type_ids
            )
        except NotEnoughSeatsError:
            return Refusal(called_at, await self.now())

    async def now(self) -> datetime:
        now: datetime = await self._pool.fetchval("SELECT clock_timestamp()")
        return now


async def surely_free_pairs(
    room: BigRoom, refusal: Refusal, given_back: dict[UUID, datetime]
) -> list[tuple[UUID, UUID]]:
    """Pairs that nobody had at any moment between the call and the refusal.

    `given_back` has the moment when the cancellation of a reservation was answered:
    its seats were free by then. A seat was taken after its reservation was created.
    """
    taken: set[UUID] = set()
    for claim in await room.cinema.pool.fetch(HELD, room.session_id):
        until = given_back.get(claim["reservation"])
        if claim["since"] <= refusal.answered_at and (
            until is None or until >= refusal.called_at
        ):
            taken.add(claim["seat"])
    return [
        pair for row in room.rows for pair in pairwise(row) if taken.isdisjoint(pair)
    ]
