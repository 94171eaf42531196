"""Sessions that move with their customers: each call is one transaction."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import asyncpg

from domain.errors import (
    InvalidInputError,
    NotFoundError,
    RoomBusyError,
    SeatsUnavailableError,
    SessionOverError,
    raise_if_any,
)
from domain.money import Money
from domain.ports import IdempotencyKey, KeyReusedError
from domain.rescheduling import Reschedule
from domain.seat_plan import SeatFeature
from domain.seat_transfers import RoomSeat, SeatOnSale, transfer
from domain.seats import SeatStatus, SessionSeat
from domain.session_changes import check_by_clock
from domain.sessions import Session, SessionStatus
from persistence.catalog import catalog_sql, move_sql
from persistence.catalog import reschedule_sql as sql
from persistence.catalog.free_rooms import in_a_free_room
from persistence.catalog.moves import record_moves
from persistence.catalog_rows import session_of
from persistence.postgres.pool import Connection, Pool
from telemetry import origin

Rooms = Mapping[UUID, asyncpg.Record]


class RoomChangedError(Exception):
    """The session has moved while its old room was locked: other rooms come first."""


class PostgresReschedules:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def reschedule(
        self, wanted: Reschedule, key: IdempotencyKey | None
    ) -> Session:
        async def attempt(db: Connection) -> Session:
            minutes = await db.fetchval(move_sql.DURATION_OF_SESSION, wanted.session_id)
            rows = await db.fetch(sql.LOCK_ROOMS, wanted.session_id, wanted.room_id)
            rooms = {row["id"]: row for row in rows}
            row = await db.fetchrow(catalog_sql.LOCK_SESSION, wanted.session_id)
            if row is None or (wanted.room_id and wanted.room_id not in rooms):
                raise NotFoundError
            session = session_of(row)
            if session.room_id not in rooms:
                raise RoomChangedError
            session = await _move(db, session, wanted, rooms, minutes)
            if key:
                columns = (key.operation, key.key, key.input_hash)
                await db.execute(sql.INSERT_KEY, wanted.by, *columns, session.id)
            return session

        try:
            while True:
                try:
                    return await in_a_free_room(self._pool, attempt)
                except RoomChangedError:
                    continue
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name == "pk_idempotency_keys":
                raise KeyReusedError from error
            raise


async def _move(
    db: Connection, session: Session, wanted: Reschedule, rooms: Rooms, minutes: int
) -> Session:
    starts_at = wanted.starts_at or session.starts_at
    room_id = wanted.room_id or session.room_id
    if (starts_at, room_id) == (session.starts_at, session.room_id):
        return session
    clock = await db.fetchrow(sql.CLOCK, session.id)
    if session.status is SessionStatus.CANCELLED or clock is None or clock["is_over"]:
        raise SessionOverError
    if starts_at != session.starts_at:
        check_by_clock(clock["now"], starts_at=starts_at, price=None)
    if rooms[room_id]["cinema_id"] != rooms[session.room_id]["cinema_id"]:
        raise InvalidInputError("roomId", rule="room_of_other_cinema")
    ends_at = starts_at + timedelta(minutes=minutes)
    free_at = ends_at + timedelta(minutes=rooms[room_id]["turnaround_minutes"])
    other = await db.fetchrow(
        catalog_sql.IN_THE_ROOM, room_id, starts_at, free_at, session.id
    )
    if other:
        raise RoomBusyError(session_of(other))
    await db.execute(catalog_sql.LOCK_SALES, session.id)
    places: Mapping[UUID, UUID] = {}
    if room_id != session.room_id:
        places = await _move_free_seats(db, session, room_id, wanted)
    # After the session: its seats have events with the new state.
    [row] = await db.fetch(sql.MOVE, session.id, starts_at, ends_at, room_id)
    columns = (list(places), list(places.values()))
    await db.execute(sql.MOVE_TAKEN_SEATS, session.id, *columns, *origin.of_event())
    await record_moves(db, [session.id])
    return session_of(row)


async def _move_free_seats(
    db: Connection, session: Session, room_id: UUID, wanted: Reschedule
) -> Mapping[UUID, UUID]:
    """The places of all seats that are in the room then."""
    raise_if_any(
        [
            InvalidInputError("roomId", rule="zone_without_price", **row)
            for row in await db.fetch(sql.ZONES_WITHOUT_PRICE, session.id, room_id)
        ]
    )
    on_sale = await db.fetch(sql.ON_SALE, session.id)
    plan = transfer(
        [
            SeatOnSale(id=row["id"], seat=_seat(row), is_taken=row["is_taken"])
            for row in on_sale
        ],
        [_seat(row) for row in await db.fetch(sql.SEATS_OF_ROOM, room_id)],
        wanted.seats,
    )
    if plan.homeless:
        rows = await db.fetch(sql.HOMELESS, plan.homeless)
        raise SeatsUnavailableError([_session_seat(row) for row in rows])
    await db.execute(sql.RETIRE_SEATS, session.id, plan.gone, *origin.of_event())
    columns = (list(plan.places), list(plan.places.values()))
    await db.execute(sql.MOVE_FREE_SEATS, session.id, *columns, *origin.of_event())
    await db.execute(sql.ADD_SEATS, session.id, plan.new)
    await db.execute(sql.CHANGE_QUOTAS, session.id)
    return plan.places


def _seat(row: asyncpg.Record) -> RoomSeat:
    return RoomSeat(
        id=row["seat_id"],
        label=row["label_key"],
        features=tuple(map(SeatFeature, row["features"])),
        out_of_service=row["out_of_service"],
    )


def _session_seat(row: asyncpg.Record) -> SessionSeat:
    return SessionSeat(
        id=row["id"],
        row=row["row_label"],
        number=row["number"],
        status=SeatStatus(row["status"]),
        version=row["version"],
        price=Money(row["price_minor"], row["currency"]),
        held_until=row["held_until"],
    )
