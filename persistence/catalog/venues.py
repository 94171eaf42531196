"""Changes of cinemas and rooms: each method is one transaction, events included."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any
from uuid import UUID

from domain.cinemas import Cinema, CinemaFacts
from domain.errors import (
    InvalidInputError,
    NotFoundError,
    RoomBusyError,
    RoomInUseError,
    check_version,
)
from domain.money import in_use
from domain.new_seats import NewSeats
from domain.rooms import NewRoom, Room, RoomFacts
from domain.seat_changes import SeatChange
from domain.seat_plan import PriceZone
from domain.text import order_key, search_key
from persistence.catalog import catalog_sql
from persistence.catalog import venue_sql as sql
from persistence.catalog.free_rooms import in_a_free_room
from persistence.catalog.plans import change_seats, insert_seats, save_price_zone
from persistence.catalog.session_price_sql import GROW_QUOTAS
from persistence.catalog.session_prices import check_new_seats
from persistence.catalog_rows import cinema_of, room_of, session_of
from persistence.postgres.pool import Connection, Pool
from telemetry import origin


class PostgresVenues:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add_cinema(self, facts: CinemaFacts) -> Cinema:
        now = await self._pool.fetchval(catalog_sql.NOW)
        currency = facts.get("currency") or ""
        if not in_use(currency, now.astimezone(UTC).date()):
            raise InvalidInputError("currency", rule="currency_withdrawn")
        texts = ("name", "city", "address", "time_zone", "currency")
        [row] = await self._pool.fetch(
            sql.ADD_CINEMA, *map(facts.get, texts), *_keys(facts)
        )
        return cinema_of(row)

    async def change_cinema(
        self, cinema_id: UUID, facts: CinemaFacts, expected_version: int | None
    ) -> Cinema:
        async with self._pool.acquire() as db, db.transaction():
            row = await db.fetchrow(sql.LOCK_CINEMA, cinema_id)
            if row is None:
                raise NotFoundError
            check_version(row["version"], expected_version)
            stored = dict(row)
            changed = stored | facts
            if changed == stored:
                return cinema_of(row)
            values = [changed[name.strip()] for name in sql.FACTS.split(",")]
            [row] = await db.fetch(
                sql.CHANGE_CINEMA, cinema_id, *values, *_keys(changed)
            )
            return cinema_of(row)

    async def add_room(self, room: NewRoom) -> Room:
        async with self._pool.acquire() as db, db.transaction():
            added = await db.fetchrow(
                sql.ADD_ROOM,
                room.name,
                order_key(room.name),
                room.cinema_id,
                room.turnaround_minutes,
            )
            if added is None:
                raise InvalidInputError("cinemaId", rule="cinema_unknown")
            created = room_of(added)
            await insert_seats(db, created, room.rows)
            return created

    async def change_room(
        self, room_id: UUID, facts: RoomFacts, expected_version: int | None
    ) -> Room:
        async def change(db: Connection) -> Room:
            row = await db.fetchrow(catalog_sql.LOCK_ROOM, room_id)
            if row is None:
                raise NotFoundError
            check_version(row["version"], expected_version)
            stored: dict[str, Any] = dict(row)
            changed = {**stored, **facts}
            if changed == stored:
                return room_of(row)
            name, minutes = changed["name"], changed["turnaround_minutes"]
            if minutes != stored["turnaround_minutes"]:
                await _change_turnarounds(db, room_id, minutes)
            [row] = await db.fetch(
                sql.CHANGE_ROOM, room_id, name, order_key(name), minutes
            )
            return room_of(row)

        return await in_a_free_room(self._pool, change)

    async def add_seats(self, room_id: UUID, rows: Sequence[NewSeats]) -> Room:
        async with self._pool.acquire() as db, db.transaction():
            row = await db.fetchrow(catalog_sql.LOCK_ROOM, room_id)
            if row is None:
                raise NotFoundError
            seat_ids = await insert_seats(db, room_of(row), rows)
            await check_new_seats(db, seat_ids)
            await db.execute(sql.PUT_ON_SALE, room_id, seat_ids, *origin.of_event())
            await db.execute(GROW_QUOTAS, room_id)
            [row] = await db.fetch(sql.COUNT_CHANGE, room_id)
            return room_of(row)

    async def change_seats(
        self, room_id: UUID, changes: Sequence[SeatChange], expected_version: int | None
    ) -> Room:
        async with self._pool.acquire() as db, db.transaction():
            row = await db.fetchrow(catalog_sql.LOCK_ROOM, room_id)
            if row is None:
                raise NotFoundError
            check_version(row["version"], expected_version)
            if await change_seats(db, room_of(row), changes):
                [row] = await db.fetch(sql.COUNT_CHANGE, room_id)
            return room_of(row)

    async def save_price_zone(
        self, cinema_id: UUID, zone_id: UUID | None, name: str
    ) -> PriceZone:
        return await save_price_zone(self._pool, cinema_id, zone_id, name)

    async def remove_room(self, room_id: UUID) -> Room:
        async with self._pool.acquire() as db, db.transaction():
            row = await db.fetchrow(sql.LOCK_ROOM_ALONE, room_id)
            if row is None:
                raise NotFoundError
            if await db.fetchval(sql.HAS_SESSIONS, room_id):
                raise RoomInUseError
            for statement in sql.REMOVE_ROOM:
                await db.execute(statement, room_id)
            return room_of(row)


async def _change_turnarounds(db: Connection, room_id: UUID, minutes: int) -> None:
    """Of the sessions that have not ended. Raises RoomBusyError."""
    other = await db.fetchrow(sql.IN_THE_TURNAROUND, room_id, minutes)
    if other:
        raise RoomBusyError(session_of(other))
    await db.execute(sql.CHANGE_TURNAROUNDS, room_id, minutes)


def _keys(facts: Mapping[str, Any]) -> tuple[str, str, str]:
    """Of order and search, and the text that they are made of."""
    named = f"{facts['name']} {facts['city']}".strip()
    return order_key(named), search_key(named), named
