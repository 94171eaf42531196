"""Changes of the catalog: each method is one transaction, its events included."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar
from uuid import UUID

import asyncpg

from domain.errors import NotFoundError, RoomBusyError
from domain.money import Money
from domain.movies import Movie, MovieFacts
from domain.rooms import NewSeats, Room, check_growth
from domain.session_changes import SessionChange, check_by_clock
from domain.sessions import Session
from domain.text import order_key, search_key
from persistence.catalog import catalog_sql as sql
from persistence.catalog import move_sql
from persistence.catalog.moves import move_ends, record_moves
from persistence.catalog_rows import movie_of, room_of, session_of
from persistence.postgres.pool import Connection, Pool
from persistence.sales.ledger import LedgerCorruptError
from persistence.sales.ledger_sql import EXPIRE_THESE
from telemetry import origin, sale_metrics

Value = TypeVar("Value")
ATTEMPTS = 3  # since the seeds put sessions into a room without locking it


class Lengths(NamedTuple):
    movie: timedelta
    turnaround: timedelta


class PostgresCatalog:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add_movie(self, facts: MovieFacts) -> Movie:
        [row] = await self._pool.fetch(sql.ADD_MOVIE, *_columns(facts))
        return movie_of(row)

    async def change_movie(self, movie_id: UUID, facts: MovieFacts) -> Movie | None:
        async def change(db: Connection) -> Movie | None:
            if (minutes := facts.get("duration_minutes")) is not None:
                await move_ends(db, movie_id, minutes)
            row = await db.fetchrow(
                sql.CHANGE_MOVIE, movie_id, *_columns(facts), "rating" in facts
            )
            return movie_of(row) if row else None

        return await self._in_a_free_room(change)

    async def add_room(self, name: str, rows: Sequence[NewSeats]) -> Room:
        async with self._pool.acquire() as db, db.transaction():
            [room] = await db.fetch(sql.ADD_ROOM, name, order_key(name))
            await _insert_seats(db, room["id"], rows)
            return room_of(room)

    async def add_seats(self, room_id: UUID, rows: Sequence[NewSeats]) -> Room:
        async with self._pool.acquire() as db, db.transaction():
            room = await db.fetchrow(sql.LOCK_ROOM, room_id)
            if room is None:
                raise NotFoundError
            seat_ids = await _insert_seats(db, room_id, rows)
            await db.execute(sql.PUT_ON_SALE, room_id, seat_ids, *origin.of_event())
            return room_of(room)

    async def add_session(
        self, movie_id: UUID, room_id: UUID, starts_at: datetime, price: Money
    ) -> Session:
        async def add(db: Connection) -> Session:
            minutes = await db.fetchval(move_sql.DURATION, movie_id)
            room = await db.fetchrow(sql.LOCK_ROOM, room_id)
            if minutes is None or room is None:
                raise NotFoundError
            now = await db.fetchval(sql.NOW)
            check_by_clock(now, starts_at=starts_at, price=price)
            ends_at = starts_at + timedelta(minutes=minutes)
            turnaround = timedelta(minutes=room["turnaround_minutes"])
            await _check_free(db, room_id, starts_at, ends_at + turnaround)
            [row] = await db.fetch(
                sql.ADD_SESSION,
                movie_id,
                room_id,
                starts_at,
                ends_at,
                price.amount_minor,
                price.currency,
            )
            return session_of(row)

        return await self._in_a_free_room(add)

    async def change_session(self, session_id: UUID, change: SessionChange) -> Session:
        ended: list[float] = []

        async def apply(db: Connection) -> Session:
            ended.clear()
            minutes = await db.fetchval(move_sql.DURATION_OF_SESSION, session_id)
            turnaround = await db.fetchval(sql.LOCK_ROOM_OF_SESSION, session_id)
            row = await db.fetchrow(sql.LOCK_SESSION, session_id)
            if row is None:
                raise NotFoundError
            lengths = Lengths(timedelta(minutes=minutes), timedelta(minutes=turnaround))
            return await _change(db, session_of(row), change, lengths, ended)

        session = await self._in_a_free_room(apply)
        for late in ended:  # and committed
            sale_metrics.MANAGED_LATENESS.observe(late)
        return session

    async def _in_a_free_room(
        self, attempt: Callable[[Connection], Awaitable[Value]]
    ) -> Value:
        """Raises RoomBusyError.

        An attempt looks for other sessions in the room first. The exclusion constraint
        decides: a session that our look missed is seen by the next attempt, or gone.
        """
        for _ in range(ATTEMPTS - 1):
            try:
                async with self._pool.acquire() as db, db.transaction():
                    return await attempt(db)
            except asyncpg.ExclusionViolationError:
                continue
        async with self._pool.acquire() as db, db.transaction():
            return await attempt(db)


async def _insert_seats(
    db: Connection, room_id: UUID, rows: Sequence[NewSeats]
) -> list[UUID]:
    """After the last seat of each row. The room is locked: no other call adds seats."""
    known = await db.fetch(sql.LAST_NUMBERS, room_id)
    last = {row["row_label"]: row["last"] for row in known}
    check_growth(last, rows)
    added = await db.fetch(
        sql.ADD_SEATS,
        room_id,
        [more.row for more in rows],
        [last.get(more.row, 0) for more in rows],
        [more.seats for more in rows],
    )
    return [row["id"] for row in added]


async def _check_free(
    db: Connection,
    room_id: UUID,
    starts_at: datetime,
    free_at: datetime,
    moved: UUID | None = None,
) -> None:
    """Raises RoomBusyError."""
    other = await db.fetchrow(sql.IN_THE_ROOM, room_id, starts_at, free_at, moved)
    if other:
        raise RoomBusyError(session_of(other))


async def _change(
    db: Connection,
    session: Session,
    entered: SessionChange,
    lengths: Lengths,
    ended: list[float],
) -> Session:
    """Adds to `ended` how many seconds late each expired hold was ended.

    If the input has a start, the end is computed again, even for the same start.
    """
    change = entered.without_unchanged(session)
    begun = await db.fetchval(sql.HAS_BEGUN, session.id)
    if change != SessionChange():
        change.check(begun=begun, taken=await _has_taken_seats(db, session.id, ended))
        now = await db.fetchval(sql.NOW)
        check_by_clock(now, starts_at=change.starts_at, price=change.price)
    elif begun:
        return session
    starts_at, ends_at = session.starts_at, session.ends_at
    if entered.starts_at is not None:
        starts_at, ends_at = entered.starts_at, entered.starts_at + lengths.movie
    moved = (starts_at, ends_at) != (session.starts_at, session.ends_at)
    if not moved and change.price is None:
        return session
    if moved:
        free_at = ends_at + lengths.turnaround
        await _check_free(db, session.room_id, starts_at, free_at, session.id)
    price = change.price or session.price_per_seat
    [row] = await db.fetch(
        sql.CHANGE_SESSION,
        session.id,
        starts_at,
        ends_at,
        price.amount_minor,
        price.currency,
    )
    if change.price and not await db.fetchval(
        sql.REPRICE, session.id, *origin.of_event()
    ):
        raise LedgerCorruptError(session.id)
    await record_moves(db, [session.id] if moved else [])
    return session_of(row)


async def _has_taken_seats(
    db: Connection, session_id: UUID, ended: list[float]
) -> bool:
    """Expired holds do not count, and are ended here."""
    taken = await db.fetch(sql.TAKEN, session_id)
    if taken and all(row["expired"] for row in taken):
        over = [row["reservation_id"] for row in taken]
        rows = await db.fetch(EXPIRE_THESE, over, *origin.of_event())
        ended += [row["late"] for row in rows]
        # Meanwhile one of them may have been paid, at the last moment.
        taken = await db.fetch(sql.TAKEN, session_id)
    return bool(taken)


def _columns(facts: MovieFacts) -> tuple[object, ...]:
    """In the order of the statements; None for a missing field."""
    title = facts.get("title")
    return (
        title,
        facts.get("synopsis"),
        facts.get("duration_minutes"),
        facts.get("genres"),
        facts.get("rating"),
        None if title is None else order_key(title),
        None if title is None else search_key(title),
    )
