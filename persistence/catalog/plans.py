"""Seats of a room that its transaction has locked, and price zones of a cinema."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.errors import InvalidInputError, NotFoundError
from domain.new_seats import NewSeats
from domain.price_zones import MAX_ZONES
from domain.rooms import Room
from domain.seat_changes import SeatChange, changed_seats
from domain.seat_plan import PriceZone, Seat, SeatFacts, Zones
from domain.seat_rows import planned
from domain.text import folded
from persistence.catalog import seat_sql as sql
from persistence.catalog.venue_sql import LOCK_CINEMA
from persistence.catalog_rows import seat_of, zone_of
from persistence.postgres.pool import Connection, Pool


async def insert_seats(
    db: Connection, room: Room, rows: Sequence[NewSeats]
) -> list[UUID]:
    """Raises InvalidInputError."""
    seats = planned(await _seats(db, room), rows, await _zones(db, room))
    added = await db.fetch(sql.ADD_SEATS, room.id, [*map(_columns, seats)])
    return [row["id"] for row in added]


async def change_seats(
    db: Connection, room: Room, changes: Sequence[SeatChange]
) -> bool:
    """Whether any has changed. Raises InvalidInputError."""
    seats = changed_seats(await _seats(db, room), changes, await _zones(db, room))
    if seats:
        entries = [_columns(seat) | {"id": str(seat.id)} for seat in seats]
        await db.execute(sql.CLEAR_SEATS, room.id, [seat.id for seat in seats])
        await db.execute(sql.CHANGE_SEATS, room.id, entries)
    return bool(seats)


async def save_price_zone(
    pool: Pool, cinema_id: UUID, zone_id: UUID | None, name: str
) -> PriceZone:
    """Raises NotFoundError and InvalidInputError."""
    async with pool.acquire() as db, db.transaction():
        if await db.fetchrow(LOCK_CINEMA, cinema_id) is None:
            raise NotFoundError
        zones = {row["id"]: row for row in await db.fetch(sql.ZONES, cinema_id)}
        if zone_id is not None and zone_id not in zones:
            raise NotFoundError
        key = folded(name)
        if key in {row["name_key"] for known, row in zones.items() if known != zone_id}:
            raise InvalidInputError("name", rule="zone_name_taken")
        if zone_id is None and len(zones) >= MAX_ZONES:
            raise InvalidInputError("name", rule="zone_limit", limit=MAX_ZONES)
        if zone_id is None:
            [row] = await db.fetch(sql.ADD_ZONE, cinema_id, name, key)
        elif zones[zone_id]["name"] == name:
            return zone_of(zones[zone_id])
        else:
            [row] = await db.fetch(sql.RENAME_ZONE, zone_id, name, key)
        await db.execute(sql.COUNT_ZONE_CHANGE, cinema_id)
        return zone_of(row)


async def _seats(db: Connection, room: Room) -> list[Seat]:
    return [seat_of(row) for row in await db.fetch(sql.SEATS, room.id)]


async def _zones(db: Connection, room: Room) -> Zones:
    rows = await db.fetch(sql.ZONES, room.cinema_id)
    [default] = [row["id"] for row in rows if row["is_default"]]
    return Zones(default, frozenset(row["id"] for row in rows))


def _columns(seat: SeatFacts) -> dict[str, Any]:
    return {
        "row_label": seat.row,
        "number": seat.number,
        "label": seat.label,
        "label_key": folded(seat.label),
        "x": seat.x,
        "y": seat.y,
        "place": seat.place,
        "features": seat.features,
        "zone_id": str(seat.zone_id),
        "out_of_service": seat.out_of_service,
    }
