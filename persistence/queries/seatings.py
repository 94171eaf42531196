"""The seats of sessions where they stand, and which are free."""

import asyncio
import time
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from domain.errors import TooManyAtOnceError
from domain.session_seating import Newest, SessionRules, SessionSeating
from domain.sessions import OrphanRule
from persistence.catalog_rows import seat_of
from persistence.outages import is_unavailable
from persistence.postgres.pool import RecordPool
from persistence.queries.seat_maps import SeatMaps
from runtime.cancel_scope import outliving

RECENT_SECONDS = 0.25
MAX_SEATS = 50_000  # of all seatings, some kilobytes each

RULES_SECONDS = 5.0
OLD_RULES_SECONDS = 60.0  # of a session that nobody has asked for since
MAX_RULES = 10_000  # sessions

RULES = """
SELECT rooms.id || '.' || rooms.version AS room_version, s.orphan_rule,
       s.sales_end_at <= clock_timestamp() AS closed,
       EXISTS (
           SELECT FROM seats WHERE seats.room_id = s.room_id
           AND features && '{COMPANION,SOFA_LEFT,SOFA_RIGHT}'
       ) AS has_pairs,
       s.starts_at - make_interval(mins => cinemas.companion_release_minutes)
           <= clock_timestamp() AS companions_released,
       (SELECT jsonb_agg(jsonb_build_array(zone_id, ticket_type_id))
        FROM session_prices WHERE session_id = s.id) AS sold
FROM sessions s JOIN rooms ON rooms.id = s.room_id
JOIN cinemas ON cinemas.id = rooms.cinema_id
WHERE s.id = $1
"""
# A seat has the id and the zone that it has in the session.
PLACES = """
SELECT ss.id, seat.row_label, seat.number, seat.label, seat.x, seat.y, seat.place,
       seat.features, ss.zone_id, seat.out_of_service
FROM session_seats ss JOIN seats seat ON seat.id = ss.seat_id
WHERE ss.session_id = $1 AND ss.zone_id IS NOT NULL
"""


@dataclass(slots=True)
class KeptSeating:
    newest: Newest | None = None
    read_at: float = 0.0  # when that read began, on the monotonic clock
    reading: "asyncio.Task[Newest | None] | None" = None
    next: "asyncio.Task[Newest | None] | None" = None  # begins when that has ended


@dataclass(slots=True)
class KeptRules:
    rules: SessionRules | None = None
    read_at: float = float("-inf")
    reading: "asyncio.Task[None] | None" = None


class Seatings:
    """Callers that come during a read share the next one: it sees all that was before.

    They share its failure, too, so a server that is down keeps nobody in a queue.
    """

    def __init__(self, pool: RecordPool, seat_maps: SeatMaps) -> None:
        self._pool = pool
        self._seat_maps = seat_maps
        self._kept: dict[UUID, KeptSeating] = {}
        self._rules: dict[UUID, KeptRules] = {}

    def forget_rules(self) -> None:
        """Call it when this process has changed some."""
        self._rules.clear()

    async def rules(self, session_id: UUID) -> SessionRules | None:
        """Old ones while they are read again. None, too, if Postgres is unavailable."""
        if len(self._rules) >= MAX_RULES:
            self._rules.clear()
        kept = self._rules.setdefault(session_id, KeptRules())
        age = time.monotonic() - kept.read_at
        if age > RULES_SECONDS and kept.reading is None:
            refreshing = self._refresh(session_id, kept)
            kept.reading = asyncio.create_task(outliving(refreshing))
        if age > OLD_RULES_SECONDS and kept.reading is not None:
            await asyncio.shield(kept.reading)
        return kept.rules

    async def _refresh(self, session_id: UUID, kept: KeptRules) -> None:
        began = time.monotonic()
        try:
            kept.rules = await self._read_rules(session_id)
            kept.read_at = began
        except Exception as error:
            if not is_unavailable(error) and not isinstance(error, TooManyAtOnceError):
                raise
        finally:
            kept.reading = None

    def known(self, session_id: UUID) -> SessionSeating | None:
        kept = self._kept.get(session_id)
        return kept.newest[0] if kept and kept.newest else None

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
            kept.next = asyncio.create_task(outliving(reading))
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
        rules = await self._read_rules(session_id)
        seat_map = (await self._seat_maps.whole([session_id])).get(session_id)
        if rules is None or seat_map is None:
            return None
        known = kept.newest[0] if kept.newest else None
        if known is None or rules.room_version != known.rules.room_version:
            rows = await self._pool.fetch(PLACES, session_id)
            known = SessionSeating([seat_of(row) for row in rows], rules)
        known.rules = rules
        known.note(seat_map.seats)
        return known, known.free(seat_map.seats)

    async def _read_rules(self, session_id: UUID) -> SessionRules | None:
        return next(map(_rules_of, await self._pool.fetch(RULES, session_id)), None)

    def _limit(self) -> None:
        kept = [each.newest[0] for each in self._kept.values() if each.newest]
        if sum(len(known.seating.bits) for known in kept) > MAX_SEATS:
            self._kept.clear()


def _rules_of(row: asyncpg.Record) -> SessionRules:
    return SessionRules(
        orphan_rule=OrphanRule(row["orphan_rule"]),
        closed=row["closed"],
        companions_released=row["companions_released"],
        has_pairs=row["has_pairs"],
        room_version=row["room_version"],
        sold=frozenset(
            (UUID(zone_id), UUID(type_id)) for zone_id, type_id in row["sold"] or ()
        ),
    )
