"""How far the replica has replayed, which decides whether it may be read."""

import asyncio
import logging
import time
from collections import deque

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from persistence.outages import is_unavailable
from persistence.postgres.engine import reading
from persistence.postgres.pool import Pool

logger = logging.getLogger(__name__)

LATE_SECONDS = 2.0
WATCH_SECONDS = 0.5
MAX_AWAITED = 20  # positions; in time much longer than LATE_SECONDS
# Positions in the log of changes (LSN), as numbers.
WRITTEN = "(pg_current_wal_lsn() - '0/0')::bigint"
REPLAYED = text(
    "SELECT (pg_last_wal_replay_lsn() - '0/0')::bigint WHERE pg_is_in_recovery()"
)


class Replica:
    """Readers use the primary as long as nothing is known of the replica.

    No clock shows the lag, since the last replayed transaction is old when nothing
    happens. So we note positions of the primary with their times: the replica must have
    replayed what the primary had written two seconds ago. While the primary is
    unavailable no new positions are noted.
    """

    def __init__(self, engine: AsyncEngine, primary: Pool) -> None:
        self.engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._primary = primary
        self._replayed: int | None = None
        # (time, position) of the primary, oldest first, not replayed yet. The newest
        # are enough for a replica that is unavailable for long.
        self._awaited: deque[tuple[float, int]] = deque(maxlen=MAX_AWAITED)

    def has_replayed(self, position: int) -> bool:
        """Whether a reader that needs all commits before this position may use it."""
        replayed = self._replayed
        return replayed is not None and position <= replayed and not self._is_late()

    def mark_unavailable(self, error: BaseException) -> None:
        """After a failed statement. The next successful check ends it."""
        if self._replayed is not None:
            logger.warning("the replica is unavailable, the primary is read: %r", error)
        self._replayed = None

    async def watch(self) -> None:
        while True:
            await asyncio.gather(self._check_primary(), self._check_replica())
            while self._awaited and self._awaited[0][1] <= (self._replayed or 0):
                self._awaited.popleft()
            await asyncio.sleep(WATCH_SECONDS)

    def _is_late(self) -> bool:
        oldest = self._awaited[0][0] if self._awaited else time.monotonic()
        return time.monotonic() - oldest > LATE_SECONDS

    async def _check_primary(self) -> None:
        checked_at = time.monotonic()
        try:
            written = await self._primary.fetchval(f"SELECT {WRITTEN}")
        except Exception as error:
            if not is_unavailable(error):
                raise
            return
        if not self._awaited or self._awaited[-1][1] != written:
            self._awaited.append((checked_at, written))

    async def _check_replica(self) -> None:
        try:
            async with reading(self.engine) as db:
                replayed = (await db.execute(REPLAYED)).scalar()
        except Exception as error:
            if not is_unavailable(error):
                raise
            self.mark_unavailable(error)
            return
        if replayed is None:  # it was promoted; another host may be the replica now
            await self.engine.dispose()
        self._replayed = replayed
