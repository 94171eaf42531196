"""The seats of sessions where they stand, and which are free."""

import asyncio
import time
from dataclasses import dataclass
from uuid import UUID

from domain.seating import Seats
from domain.session_seating import SessionSeating
from persistence.catalog_rows import seat_of
from persistence.queries.seat_maps import SeatMapPool, SeatMaps

RECENT_SECONDS = 0.25
MAX_SEATS = 50_000  # of all seatings, some kilobytes each

RULES = """
SELECT rooms.version AS room_version,
       s.starts_at - make_interval(mins => cinemas.companion_release_minutes)
           <= clock_timestamp() AS companions_released
FROM sessions s JOIN rooms ON rooms.id = s.room_id
JOIN cinemas ON cinemas.id = rooms.cinema_id
WHERE s.id = $1
"""
# A seat has the id and the zone that it has in the session.
PLACES = """
SELECT ss.id, seat.row_label, seat.number, seat.label, seat.x, seat.y, seat.place,
       seat.features, ss.zone_id, seat.out_of_service
FROM session_seats ss JOIN seats seat ON seat.id = ss.seat_id
WHERE ss.session_id = $1
"""


Newest = tuple[SessionSeating, Seats]


@dataclass(slots=True)
class KeptSeating:
    newest: Newest | None = None
    room_version: int = 0
    read_at: float = 0.0  # when that read began, on the monotonic clock
    reading: "asyncio.Task[Newest | None] | None" = None
    next: "asyncio.Task[Newest | None] | None" = None  # begins when that has ended


class Seatings:
    """Callers that come during a read share the next one: it sees all that was before.

    They share its failure, too, so a server that is down keeps nobody in a queue.
    """

    def __init__(self, pool: SeatMapPool, seat_maps: SeatMaps) -> None:
        self._pool = pool
        self._seat_maps = seat_maps
        self._kept: dict[UUID, KeptSeating] = {}

    async def recent(self, session_id: UUID) -> SessionSeating | None:
        kept = self._kept.get(session_id)
        if kept and kept.newest and time.monotonic() < kept.read_at + RECENT_SECONDS:
            return kept.newest[0]
        newest = await self.newest(session_id)
        return newest[0] if newest else None

    async def newest(self, session_id: UUID) -> Newest | None:
        kept = self._kept.setdefault(session_id, KeptSeating())
        if kept.next is None:
            reading = self._read_next(session_id, kept, kept.reading)
            kept.next = asyncio.create_task(reading)
        return await asyncio.shield(kept.next)

    async def _read_next(
        self,
        session_id: UUID,
        kept: KeptSeating,
        before: "asyncio.Task[Newest | None] | None",
    ) -> Newest | None:
        if before is not None:
            await asyncio.wait([before])
        kept.reading, kept.next = kept.next, None
        began = time.monotonic()
        newest = await self._read(session_id, kept)
        kept.newest, kept.read_at = newest, began
        if newest is None:
            self._kept.pop(session_id, None)
        self._limit()
        return newest

    async def _read(self, session_id: UUID, kept: KeptSeating) -> Newest | None:
        rules = await self._pool.fetch(RULES, session_id)
        seat_map = (await self._seat_maps.whole([session_id])).get(session_id)
        if not rules or seat_map is None:
            return None
        [rule] = rules
        known = kept.newest[0] if kept.newest else None
        if known is None or rule["room_version"] != kept.room_version:
            rows = await self._pool.fetch(PLACES, session_id)
            kept.room_version = rule["room_version"]
            known = SessionSeating([seat_of(row) for row in rows])
        known.companions_released = rule["companions_released"]
        known.note(seat_map.seats)
        return known, known.free(seat_map.seats)

    def _limit(self) -> None:
        kept = [each.newest[0] for each in self._kept.values() if each.newest]
        if sum(len(known.seating.bits) for known in kept) > MAX_SEATS:
            self._kept.clear()
