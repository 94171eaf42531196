"""A watcher as clients have to be: it keeps the highest version of each seat."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from uuid import UUID

from domain.seats import Position, SeatMap
from persistence.postgres.pool import Pool
from realtime.seat_feed import SeatFeed


@dataclass
class FoldedMap:
    seats: dict[UUID, tuple[int, str]] = field(default_factory=dict)
    snapshots: int = 0
    deltas: int = 0
    position: Position | None = None

    async def watch(
        self, feed: SeatFeed, session_id: UUID, began: asyncio.Event | None = None
    ) -> None:
        async with aclosing(feed.watch(session_id, self.position)) as updates:
            async for update in updates:
                self.snapshots += isinstance(update, SeatMap)
                self.deltas += not isinstance(update, SeatMap)
                for seat in update.seats:
                    known = self.seats.get(seat.id, (0, ""))
                    if seat.version >= known[0]:
                        self.seats[seat.id] = (seat.version, seat.status)
                self.position = update.position
                if began:
                    began.set()


async def true_map(pool: Pool, session_id: UUID) -> dict[UUID, tuple[int, str]]:
    rows = await pool.fetch(
        "SELECT id, version, status FROM session_seats WHERE session_id = $1",
        session_id,
    )
    return {row["id"]: (row["version"], row["status"]) for row in rows}
