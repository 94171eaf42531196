"""The clock of the database, which decides when holds expire and sessions start."""

from datetime import datetime

from persistence.postgres.pool import RecordPool

NOW = "SELECT clock_timestamp() AS now"


class Clock:
    def __init__(self, pool: RecordPool) -> None:
        self._pool = pool

    async def now(self) -> datetime:
        [row] = await self._pool.fetch(NOW)
        now: datetime = row["now"]
        return now
