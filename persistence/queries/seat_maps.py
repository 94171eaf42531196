"""Seat maps: all seats of a session at a position, or those changed since another."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from domain.seats import Position, SeatMap, SeatMapDelta
from persistence.postgres.pool import RecordPool
from persistence.queries.kept_maps import KeptMap, KeptMaps, seats_of
from persistence.queries.seat_plans import PLAN, SeatPlans
from persistence.queries.seat_prices import PRICES, KeptPrices
from persistence.sales.event_sql import POSITION
from persistence.sales.state_sql import HELD_UNTIL, SEAT_STATUS
from persistence.tables import SEAT_ORDER

# Sessions of one statement: large maps are read in parts, so that others come between.
AT_ONCE = 10

# Position, clock and rows are of one snapshot. A session without seats is one row.
SEATS = f"""
WITH screening AS MATERIALIZED (
    SELECT id, starts_at, status, price_minor, currency, clock_timestamp() AS now,
           {POSITION} AS position, {PLAN.format(room_id="sessions.room_id")} AS plan,
           {PRICES} AS prices, {{columns}}
    FROM sessions {{which}}
)
SELECT screening.id AS session_id, screening.price_minor, screening.currency,
       screening.starts_at, screening.status AS session_status,
       screening.position, screening.plan, screening.prices,
       {{names}},
       ss.id, seat.row_label, seat.number, ss.version, ss.price_minor AS seat_minor,
       {SEAT_STATUS.format(now="screening.now")} AS status,
       {HELD_UNTIL.format(now="screening.now")} AS held_until
FROM screening LEFT JOIN (
    session_seats ss JOIN seats seat ON seat.id = ss.seat_id
) ON ss.session_id = screening.id AND ({{changed}})
ORDER BY screening.id, {SEAT_ORDER}
"""  # noqa: S608  # made of constant fragments; values are parameters
TOTAL = "(SELECT count(*) FROM session_seats WHERE session_id = sessions.id) AS total"
# Each session since the position that is kept of it, or the whole if that is 0. A hold
# that ends changes no row until it is swept.
WHOLE = SEATS.format(
    columns=f"since, pg_postmaster_start_time() AS server, {TOTAL}",
    which="JOIN unnest($1::uuid[], $2::bigint[]) AS kept (id, since) USING (id)",
    names="screening.server, screening.total",
    changed="screening.since = 0 OR ss.changed_in >= screening.since"
    " OR ss.held_until <= screening.now",
)
CHANGED = SEATS.format(
    columns=f"{TOTAL}, EXISTS (SELECT FROM session_moves"
    " WHERE session_id = sessions.id AND changed_in >= $2) AS moved",
    which="WHERE id = $1",
    names="screening.total, screening.moved",
    changed="ss.changed_in >= $2",
)


class SeatMaps:
    """Postgres is asked each time: a map has all that was committed before."""

    def __init__(self, pool: RecordPool) -> None:
        self._pool = pool
        self._kept = KeptMaps()
        self._plans = SeatPlans(pool)
        self._prices = KeptPrices(pool)
        self.seats_of = self._plans.of_session_seats
        self.prices_of = self._prices.of_session_seats

    async def read(
        self, session_id: UUID, after: Position | None = None
    ) -> SeatMap | SeatMapDelta | None:
        """None: no such session. A delta if few seats have changed since `after`.

        The answer is the whole map for a position of the future (of a database that was
        restored since), when half of the seats have changed, and when the session has
        moved, since a delta cannot say so.
        """
        if after is not None:
            rows = await self._pool.fetch(CHANGED, session_id, after)
            if rows and _is_worth_it(rows, after):
                return SeatMapDelta(
                    session_id=session_id,
                    seats=seats_of(rows),
                    position=Position(rows[0]["position"]),
                    plan=self._plans.named(rows[0]["plan"]),
                    prices=self._prices.named(rows[0]),
                )
        return (await self.whole([session_id])).get(session_id)

    def forget(self, session_id: UUID) -> None:
        """The next map is read as a whole."""
        self._kept.drop(session_id)

    async def whole(self, session_ids: Sequence[UUID]) -> dict[UUID, SeatMap]:
        """The map of each session that exists."""
        maps: dict[UUID, SeatMap] = {}
        for start in range(0, len(session_ids), AT_ONCE):
            some = session_ids[start : start + AT_ONCE]
            maps |= await self._some({each: self._kept.get(each) for each in some})
        return maps

    async def _some(self, kept: Mapping[UUID, KeptMap | None]) -> dict[UUID, SeatMap]:
        """From one snapshot, except those of which all rows have to be read."""
        maps: dict[UUID, SeatMap] = {}
        doubtful: list[UUID] = []
        for session_id, rows in (await self._rows(kept)).items():
            before = kept[session_id]
            plan = self._plans.named(rows[0]["plan"])
            prices = self._prices.named(rows[0])
            if before:
                now = before.with_changes(rows, plan, prices)
            else:
                now = KeptMap.of(rows, plan, prices)
            if now is None:
                doubtful.append(session_id)
            else:
                self._kept.keep(now)
                maps[session_id] = now.seat_map
        await self._prices.refresh()
        if doubtful:
            maps |= await self._some(dict.fromkeys(doubtful))
        return maps

    async def _rows(
        self, kept: Mapping[UUID, KeptMap | None]
    ) -> dict[UUID, list[asyncpg.Record]]:
        since = [each.seat_map.position if each else 0 for each in kept.values()]
        shares: dict[UUID, list[asyncpg.Record]] = {}
        for row in await self._pool.fetch(WHOLE, list(kept), since):
            shares.setdefault(row["session_id"], []).append(row)
        return shares


def _is_worth_it(rows: Sequence[asyncpg.Record], after: Position) -> bool:
    now, total = int(rows[0]["position"]), int(rows[0]["total"])
    changed = sum(row["id"] is not None for row in rows)
    moved = bool(rows[0]["moved"])
    return after <= now and not moved and 2 * changed < total
