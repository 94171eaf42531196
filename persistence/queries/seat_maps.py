"""Seat maps: all seats of a session at a position, or those changed since another."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import asyncpg

from domain.money import Money
from domain.seats import Position, SeatMap, SeatMapDelta, SeatStatus, SessionSeat
from persistence.sales.event_sql import POSITION
from persistence.sales.state_sql import HELD_UNTIL, SEAT_STATUS
from persistence.tables import SEAT_ORDER

# Sessions of one statement: large maps are read in parts, so that others come between.
AT_ONCE = 10
STATUS = {str(status): status for status in SeatStatus}

# Position, clock and rows are of one snapshot. A session without seats is one row.
SEATS = f"""
WITH screening AS MATERIALIZED (
    SELECT id, starts_at, price_minor, currency, clock_timestamp() AS now,
           {POSITION} AS position, {{total}} AS total, {{moved}} AS moved
    FROM sessions WHERE {{which}}
)
SELECT screening.id AS session_id, screening.price_minor, screening.currency,
       screening.starts_at, screening.position, screening.total, screening.moved,
       ss.id, seat.row_label, seat.number, ss.version,
       {SEAT_STATUS.format(now="screening.now")} AS status,
       {HELD_UNTIL.format(now="screening.now")} AS held_until
FROM screening LEFT JOIN (
    session_seats ss JOIN seats seat ON seat.id = ss.seat_id
) ON ss.session_id = screening.id {{changed}}
ORDER BY screening.id, {SEAT_ORDER}
"""  # noqa: S608  # made of constant fragments; values are parameters
WHOLE = SEATS.format(
    total="NULL", moved="FALSE", which="id = ANY($1::uuid[])", changed=""
)
CHANGED = SEATS.format(
    total="(SELECT count(*) FROM session_seats WHERE session_id = sessions.id)",
    moved="EXISTS (SELECT FROM session_moves"
    " WHERE session_id = sessions.id AND changed_in >= $2)",
    which="id = $1",
    changed="AND ss.changed_in >= $2",
)


class SeatMapPool(Protocol):
    async def fetch(self, statement: str, *args: object) -> list[asyncpg.Record]: ...


class SeatMaps:
    def __init__(self, pool: SeatMapPool) -> None:
        self._pool = pool

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
                    seats=_seats(rows),
                    position=Position(rows[0]["position"]),
                )
        return (await self.whole([session_id])).get(session_id)

    async def whole(self, session_ids: Sequence[UUID]) -> dict[UUID, SeatMap]:
        """The map of each session that exists."""
        maps: dict[UUID, SeatMap] = {}
        for start in range(0, len(session_ids), AT_ONCE):
            maps |= await self._some(session_ids[start : start + AT_ONCE])
        return maps

    async def _some(self, session_ids: Sequence[UUID]) -> dict[UUID, SeatMap]:
        """From one snapshot."""
        shares: dict[UUID, list[asyncpg.Record]] = {}
        for row in await self._pool.fetch(WHOLE, session_ids):
            shares.setdefault(row["session_id"], []).append(row)
        return {
            session_id: SeatMap(
                session_id=session_id,
                starts_at=rows[0]["starts_at"],
                seats=_seats(rows),
                position=Position(rows[0]["position"]),
            )
            for session_id, rows in shares.items()
        }


def _is_worth_it(rows: Sequence[asyncpg.Record], after: Position) -> bool:
    now, total = int(rows[0]["position"]), int(rows[0]["total"])
    changed = sum(row["id"] is not None for row in rows)
    moved = bool(rows[0]["moved"])
    return after <= now and not moved and 2 * changed < total


def _seats(rows: Sequence[asyncpg.Record]) -> tuple[SessionSeat, ...]:
    price = Money(rows[0]["price_minor"], rows[0]["currency"])
    return tuple(
        SessionSeat(
            id=row["id"],
            row=row["row_label"],
            number=row["number"],
            status=STATUS[row["status"]],
            version=row["version"],
            price=price,
            held_until=row["held_until"],
        )
        for row in rows
        if row["id"] is not None
    )
