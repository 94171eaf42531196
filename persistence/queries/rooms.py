"""Rooms by name, and their chairs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from domain.rooms import Room, Seat
from persistence.queries.keyset import Keyset, Page, Window
from persistence.queries.reading import count, fetch
from persistence.tables import RoomRow, SeatRow

BY_NAME = Keyset("rooms", col(RoomRow.name), col(RoomRow.id))


class Rooms:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(self, window: Window) -> Page[Room]:
        """Raises CursorError."""
        rows = BY_NAME.page(select(RoomRow), window)
        return BY_NAME.turned(await fetch(self._engine, rows), window, _room)

    async def count(self) -> int:
        return await count(self._engine, select(RoomRow))

    async def by_id(self, ids: Sequence[UUID]) -> dict[UUID, Room]:
        rows = select(RoomRow).where(col(RoomRow.id).in_(ids))
        return {row.id: _room(row) for row in await fetch(self._engine, rows)}

    async def seats(self, room_ids: Sequence[UUID]) -> Mapping[UUID, list[Seat]]:
        """Each room's, row by row: A to Z, then AA."""
        label = col(SeatRow.row_label)
        rows = (
            select(SeatRow)
            .where(col(SeatRow.room_id).in_(room_ids))
            .order_by(func.length(label), label, col(SeatRow.number))
        )
        seats: defaultdict[UUID, list[Seat]] = defaultdict(list)
        for row in await fetch(self._engine, rows):
            seat = Seat(id=row.id, row=row.row_label, number=row.number)
            seats[row.room_id].append(seat)
        return seats

    async def capacities(self, room_ids: Sequence[UUID]) -> dict[UUID, int]:
        """Without the rooms that have no chair at all."""
        room_id = col(SeatRow.room_id)
        rows = (
            select(room_id, func.count().label("chairs"))
            .where(room_id.in_(room_ids))
            .group_by(room_id)
        )
        return {row.room_id: row.chairs for row in await fetch(self._engine, rows)}


def _room(row: Row[Any]) -> Room:
    return Room(id=row.id, name=row.name)
