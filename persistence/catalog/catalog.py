"""Changes of the catalog: each method is one transaction, its events included."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from domain.errors import (
    InvalidInputError,
    MovieInUseError,
    NotFoundError,
    RoomBusyError,
    SessionInUseError,
    check_version,
)
from domain.money import Money
from domain.movies import Movie, MovieFacts
from domain.session_changes import SessionChange, check_by_clock, check_sales_end
from domain.sessions import OrphanRule, Session, SessionStatus
from domain.text import order_key, search_key
from persistence.catalog import catalog_sql as sql
from persistence.catalog import move_sql
from persistence.catalog.free_rooms import in_a_free_room
from persistence.catalog.moves import move_ends, record_moves
from persistence.catalog.session_price_sql import HAS_PRICES
from persistence.catalog.session_prices import change_prices, copy_card, price_of_card
from persistence.catalog.session_rules import with_rule, with_sales_end
from persistence.catalog.taken_seats import has_taken_seats
from persistence.catalog_rows import movie_of, session_of
from persistence.postgres.pool import Connection, Pool
from persistence.sales.ledger import LedgerCorruptError
from telemetry import origin, sale_metrics


class Lengths(NamedTuple):
    movie: timedelta
    turnaround: timedelta


class PostgresCatalog:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add_movie(self, facts: MovieFacts) -> Movie:
        [row] = await self._pool.fetch(sql.ADD_MOVIE, *_columns(facts))
        return movie_of(row)

    async def change_movie(
        self, movie_id: UUID, facts: MovieFacts, expected_version: int | None = None
    ) -> Movie:
        async def change(db: Connection) -> Movie:
            version = await db.fetchval(move_sql.LOCK_MOVIE, movie_id)
            if version is None:
                raise NotFoundError
            check_version(version, expected_version)
            if (minutes := facts.get("duration_minutes")) is not None:
                await move_ends(db, movie_id, minutes)
            [row] = await db.fetch(
                sql.CHANGE_MOVIE, movie_id, *_columns(facts), "rating" in facts
            )
            return movie_of(row)

        return await in_a_free_room(self._pool, change)

    async def archive_movie(self, movie_id: UUID) -> Movie:
        async with self._pool.acquire() as db, db.transaction():
            if await db.fetchval(move_sql.LOCK_MOVIE, movie_id) is None:
                raise NotFoundError
            if await db.fetchval(sql.HAS_SESSIONS_TO_COME, movie_id):
                raise MovieInUseError
            [row] = await db.fetch(sql.ARCHIVE_MOVIE, movie_id)
            return movie_of(row)

    async def add_session(
        self,
        movie_id: UUID,
        room_id: UUID,
        starts_at: datetime,
        price: Money | UUID,
        orphan_rule: OrphanRule = OrphanRule.OFF,
        *,
        sales_end_at: datetime | None = None,
    ) -> Session:
        async def add(db: Connection) -> Session:
            movie = await db.fetchrow(move_sql.DURATION, movie_id)
            room = await db.fetchrow(sql.LOCK_ROOM, room_id)
            if movie is None or room is None:
                raise NotFoundError
            if movie["is_archived"]:
                raise InvalidInputError("movieId", rule="movie_archived")
            now = await db.fetchval(sql.NOW)
            card_id = price if isinstance(price, UUID) else None
            entered = None if isinstance(price, UUID) else price
            check_by_clock(now, starts_at=starts_at, price=entered)
            if not isinstance(per_seat := price, Money):
                per_seat = await price_of_card(db, per_seat, room_id, room["cinema_id"])
            ends_at = starts_at + timedelta(minutes=movie["duration_minutes"])
            check_sales_end(sales_end_at, ends_at, now)
            turnaround = timedelta(minutes=room["turnaround_minutes"])
            await _check_free(db, room_id, starts_at, ends_at + turnaround)
            [row] = await db.fetch(
                sql.ADD_SESSION,
                movie_id,
                room_id,
                starts_at,
                ends_at,
                per_seat.amount_minor,
                per_seat.currency,
                card_id,
                sales_end_at,
            )
            if card_id:
                await copy_card(db, row["id"], card_id)
            session = session_of(row)
            return await with_rule(db, session, orphan_rule, session.version)

        return await in_a_free_room(self._pool, add)

    async def change_session(
        self,
        session_id: UUID,
        change: SessionChange,
        expected_version: int | None = None,
    ) -> Session:
        ended: list[float] = []

        async def apply(db: Connection) -> Session:
            ended.clear()
            minutes = await db.fetchval(move_sql.DURATION_OF_SESSION, session_id)
            turnaround = await db.fetchval(sql.LOCK_ROOM_OF_SESSION, session_id)
            row = await db.fetchrow(sql.LOCK_SESSION, session_id)
            if row is None:
                raise NotFoundError
            session = session_of(row)
            check_version(session.version, expected_version)
            if session.status is SessionStatus.CANCELLED:
                raise InvalidInputError("id", rule="session_cancelled")
            lengths = Lengths(timedelta(minutes=minutes), timedelta(minutes=turnaround))
            changed = await _change(db, session, change, lengths, ended)
            rule, version = change.orphan_rule, session.version + 1
            changed = await with_sales_end(db, changed, change.sales_end_at, version)
            return await with_rule(db, changed, rule, version)

        session = await in_a_free_room(self._pool, apply)
        for late in ended:  # and committed
            sale_metrics.MANAGED_LATENESS.observe(late)
        return session

    async def remove_session(self, session_id: UUID) -> Session:
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(sql.LOCK_ROOM_OF_SESSION, session_id)
            row = await db.fetchrow(sql.LOCK_SESSION, session_id)
            if row is None:
                raise NotFoundError
            if await db.fetchval(sql.HAS_RESERVATIONS, session_id):
                raise SessionInUseError
            await db.execute(sql.RECORD_REMOVAL, session_id, *origin.of_event())
            for statement in sql.REMOVE_SESSION:
                await db.execute(statement, session_id)
            return session_of(row)


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
        if change.price and await db.fetchval(HAS_PRICES, session.id):
            raise InvalidInputError("pricePerSeat", rule="session_has_prices")
        if begun:
            change.check_begun()
        if await has_taken_seats(db, session.id, ended):
            change.check_taken(session)
        now = await db.fetchval(sql.NOW)
        check_by_clock(now, starts_at=change.starts_at, price=change.price)
    elif begun:
        return session
    starts_at, ends_at = session.starts_at, session.ends_at
    if entered.starts_at is not None:
        starts_at, ends_at = entered.starts_at, entered.starts_at + lengths.movie
    moved = (starts_at, ends_at) != (session.starts_at, session.ends_at)
    repriced = await change_prices(db, session, change.prices)
    if not moved and change.price is None and repriced is None:
        return session
    if moved:
        free_at = ends_at + lengths.turnaround
        await _check_free(db, session.room_id, starts_at, free_at, session.id)
    price = change.price or (repriced or session).price_per_seat
    [row] = await db.fetch(
        sql.CHANGE_SESSION,
        session.id,
        starts_at,
        ends_at,
        price.amount_minor,
        price.currency,
    )
    if (change.price or repriced) and not await db.fetchval(
        sql.REPRICE,
        session.id,
        *origin.of_event(),
        repriced.zone_ids if repriced else None,
    ):
        raise LedgerCorruptError(session.id)
    await record_moves(db, [session.id] if moved else [])
    return session_of(row)


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
