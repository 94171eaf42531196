"""Holds a transaction with all its locks after a statement, until the gate opens."""

from types import TracebackType
from typing import Self

from persistence.postgres.pool import Pool

NUMBER = 7
STOP = (
    f"pg_advisory_xact_lock({NUMBER})"  # selected by the statement as an extra column
)


class Gate:
    """Closed from `__aenter__` until `open`."""

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
