"""Stops a transaction behind a statement, with all its locks, until it may go on."""

from types import TracebackType
from typing import Self

from persistence.pool import Pool
from tests.support.waiting import eventually

NUMBER = 7
STOP = f"pg_advisory_xact_lock({NUMBER})"  # one more column of the statement


class Gate:
    """Closed from entering on. Whatever else waits for a lock is counted as well."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __aenter__(self) -> Self:
        self._db = await self._pool.acquire()
        await self._db.execute(f"SELECT pg_advisory_lock({NUMBER})")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._db.execute("SELECT pg_advisory_unlock_all()")
        await self._pool.release(self._db)

    async def open(self) -> None:
        await self._db.execute(f"SELECT pg_advisory_unlock({NUMBER})")

    async def until_waiting(self, count: int) -> None:
        async def wait() -> bool:
            return await self.waiting() == count

        await eventually(wait)

    async def waiting(self) -> int:
        return int(
            await self._db.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname ="
                " current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
            )
        )
