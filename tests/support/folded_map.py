"""A seat map as clients keep it: the highest version of each seat."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.seats import Position, SeatMap, SeatMapDelta, SessionSeat
from persistence.postgres.pool import Pool
from persistence.queries.seat_maps import SeatMaps
from realtime.seat_feed import SeatFeed


@dataclass
class FoldedMap:
    seats: dict[UUID, SessionSeat] = field(default_factory=dict)
    snapshots: int = 0
    deltas: int = 0
    position: Position | None = None
    starts_at: datetime | None = None

    async def watch(
        self, feed: SeatFeed, session_id: UUID, began: asyncio.Event | None = None
    ) -> None:
        async with aclosing(feed.watch(session_id, self.position)) as updates:
            async for update in updates:
                self.apply(update)
                if began:
                    began.set()

    def apply(self, update: SeatMap | SeatMapDelta) -> None:
        self.snapshots += isinstance(update, SeatMap)
        self.deltas += isinstance(update, SeatMapDelta)
        if isinstance(update, SeatMap):
            self.starts_at = update.starts_at
        for seat in update.seats:
            known = self.seats.get(seat.id)
            if known is None or seat.version >= known.version:
                self.seats[seat.id] = seat
        self.position = update.position


async def true_map(pool: Pool, session_id: UUID) -> dict[UUID, SessionSeat]:
    """The seats of the session, read from Postgres now."""
    maps = await SeatMaps(pool).whole([session_id])
    return {seat.id: seat for seat in maps[session_id].seats}
