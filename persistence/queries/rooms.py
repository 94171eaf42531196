"""Rooms by name, and their seats."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import func, select, text
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.rooms import Room
from domain.seat_plan import PriceZone, Seat
from persistence.catalog_rows import room_of, seat_of, zone_of
from persistence.queries.catalog_list import CatalogList
from persistence.queries.keyset import Keyset, Page, Window
from persistence.queries.reading import ReadCache, Reader
from persistence.tables import SEAT_ORDER, PriceZoneRow, RoomRow, SeatRow

NAME = "rooms.by-key"  # see movies.py
BY_NAME = CatalogList(
    NAME,
    Keyset(NAME, col(RoomRow.name_key), col(RoomRow.id)),
    TypeAdapter(Page[Room]),
    room_of,
)
ROOM = TypeAdapter(Room)
SEATS = TypeAdapter(list[Seat])
CAPACITY = TypeAdapter(int)
ZONE = TypeAdapter(PriceZone)


class Rooms:
    def __init__(self, reader: Reader, cache: ReadCache) -> None:
        self._reader = reader
        self._cache = cache

    async def page(self, window: Window) -> Page[Room]:
        """Raises CursorError."""
        return await BY_NAME.page(self._reader, self._cache, select(RoomRow), window)

    async def count(self) -> int:
        return await self._reader.count(select(RoomRow), await self._cache.since())

    async def by_id(self, ids: Sequence[UUID]) -> dict[UUID, Room]:
        read = partial(self._reader.by_id, RoomRow, room_of)
        return await self._cache.by_id("room", ids, ROOM, read)

    async def seats(self, room_ids: Sequence[UUID]) -> dict[UUID, list[Seat]]:
        """The seats of each room, in SEAT_ORDER."""
        return await self._cache.by_id("seats", room_ids, SEATS, self._seats)

    async def capacities(self, room_ids: Sequence[UUID]) -> dict[UUID, int]:
        """Leaves out the rooms without seats."""
        return await self._cache.by_id("capacity", room_ids, CAPACITY, self._capacities)

    async def zones(self, ids: Sequence[UUID]) -> dict[UUID, PriceZone]:
        read = partial(self._reader.by_id, PriceZoneRow, zone_of)
        return await self._cache.by_id("zone", ids, ZONE, read)

    async def _seats(
        self, room_ids: Sequence[UUID], since: int | None
    ) -> dict[UUID, list[Seat]]:
        seat = aliased(SeatRow, name="seat")
        rows = (
            select(seat)
            .where(col(seat.room_id).in_(room_ids))
            .order_by(text(SEAT_ORDER))
        )
        seats: defaultdict[UUID, list[Seat]] = defaultdict(list)
        for row in await self._reader.fetch(rows, since):
            seats[row["room_id"]].append(seat_of(row))
        return seats

    async def _capacities(
        self, room_ids: Sequence[UUID], since: int | None
    ) -> dict[UUID, int]:
        room_id = col(SeatRow.room_id)
        rows = (
            select(room_id, func.count().label("seats"))
            .where(room_id.in_(room_ids))
            .group_by(room_id)
        )
        read = await self._reader.fetch(rows, since)
        return {row["room_id"]: row["seats"] for row in read}
