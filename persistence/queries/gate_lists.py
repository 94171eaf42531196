"""Lists for gates: what is used or void in a session, since a position."""

from uuid import UUID

from domain.gate_lists import LONGEST, GateList
from domain.seats import Position
from persistence.postgres.pool import RecordPool
from persistence.sales.event_sql import POSITION

# Those that changed first, and all that changed with the last of them. Codes of a
# ticket that was given back are all void. A position of the future is one of a database
# that was restored since.
CHANGED = f"""
WITH clock AS MATERIALIZED (
    SELECT {POSITION} AS position
), changed AS MATERIALIZED (
    SELECT claims.id, claims.changed_in,
           claims.released_at IS NULL AND claims.used_at IS NOT NULL AS is_used,
           claims.generation + (claims.released_at IS NOT NULL)::int AS void_below
    FROM reservations r JOIN claims ON claims.reservation_id = r.id CROSS JOIN clock
    WHERE r.session_id = $1 AND claims.changed_in
        >= CASE WHEN $2 <= clock.position THEN $2 ELSE 0 END
    ORDER BY claims.changed_in FETCH FIRST $3 ROWS WITH TIES
)
SELECT clock.position, id, is_used, void_below, changed_in
FROM clock LEFT JOIN changed ON TRUE
ORDER BY changed_in
"""  # noqa: S608  # made of constant fragments; values are parameters


class GateLists:
    def __init__(self, pool: RecordPool) -> None:
        self._pool = pool

    async def of_session(
        self, session_id: UUID, since: Position, longest: int = LONGEST
    ) -> GateList:
        """Of a long list the first part. Its position is where the next one begins."""
        rows = await self._pool.fetch(CHANGED, session_id, since, longest)
        position = rows[0]["position"]
        if len(rows) >= longest:
            position = min(position, rows[-1]["changed_in"] + 1)
        entries = [row for row in rows if row["id"]]
        return GateList(
            since=since if since <= rows[0]["position"] else Position(0),
            position=Position(position),
            used=tuple(row["id"] for row in entries if row["is_used"]),
            void={
                row["id"]: row["void_below"] for row in entries if row["void_below"] > 1
            },
        )
