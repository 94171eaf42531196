"""How many seats of sessions are free: as kept in Redis, else counted."""

from collections.abc import Sequence
from uuid import UUID

from domain.seats import Availability
from persistence.key_value.kept_counts import KeptCounts
from persistence.postgres.pool import RecordPool
from persistence.sales.state_sql import SEAT_STATUS

NO_SEATS = Availability(total=0, available=0)

# From the rows: adding up events would keep each error for ever.
COUNT = f"""
SELECT session_id, count(*) AS total, count(*) FILTER (
    WHERE {SEAT_STATUS.format(now="clock_timestamp()")} = 'AVAILABLE') AS available
FROM session_seats ss WHERE session_id = ANY($1::uuid[])
GROUP BY session_id
"""  # noqa: S608  # made of constant fragments; values are parameters


class Availabilities:
    """Without `kept` each read counts."""

    def __init__(self, pool: RecordPool, kept: KeptCounts | None = None) -> None:
        self._pool = pool
        self._kept = kept

    async def by_session(self, session_ids: Sequence[UUID]) -> dict[UUID, Availability]:
        """A session that does not exist has no seats."""
        if self._kept is None:
            return await self.counted(session_ids)
        found = await self._kept.read(session_ids)
        missing = [each for each in session_ids if each not in found]
        if missing:
            counted = await self.counted(missing)
            await self._kept.add(counted)
            found |= counted
        return found

    async def counted(self, session_ids: Sequence[UUID]) -> dict[UUID, Availability]:
        counts = dict.fromkeys(session_ids, NO_SEATS)
        for row in await self._pool.fetch(COUNT, session_ids):
            counts[row["session_id"]] = Availability(
                total=row["total"], available=row["available"]
            )
        return counts
