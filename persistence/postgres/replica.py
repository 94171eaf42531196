"""What the replica has replayed: whether it may be asked, and for what."""

import asyncio
import logging
import time
from collections import deque

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from persistence.outages import is_unavailable
from persistence.postgres.pool import Pool

logger = logging.getLogger(__name__)

LATE_SECONDS = 2.0
WATCH_SECONDS = 0.5
REMEMBERED = 20  # looks: much longer than LATE_SECONDS
# Positions in the log of changes (LSN), as numbers.
WRITTEN = "(pg_current_wal_lsn() - '0/0')::bigint"
REPLAYED = text(
    "SELECT (pg_last_wal_replay_lsn() - '0/0')::bigint WHERE pg_is_in_recovery()"
)


class Replica:
    """Nothing known means no: the primary is asked then.

    How late it is no clock tells, and when nothing happens its last transaction is old.
    So we remember where the primary was, and when: what it had written two seconds ago
    the replica has to have by now. While the primary is away, nothing new is asked.
    """

    def __init__(self, engine: AsyncEngine, primary: Pool) -> None:
        self.engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._primary = primary
        self._replayed: int | None = None
        # When, and where it was. Of a replica that is long away the newest will do.
        self._awaited: deque[tuple[float, int]] = deque(maxlen=REMEMBERED)

    def has_replayed(self, position: int) -> bool:
        """Whether it may be asked for what was committed before this position."""
        replayed = self._replayed
        return replayed is not None and position <= replayed and not self._is_late()

    def mark_unavailable(self, error: BaseException) -> None:
        """Until the next look: a statement has failed there."""
        if self._replayed is not None:
            logger.warning("the replica is away, the primary is asked: %r", error)
        self._replayed = None

    async def watch(self) -> None:
        while True:
            await asyncio.gather(self._look_at_primary(), self._look_at_replica())
            while self._awaited and self._awaited[0][1] <= (self._replayed or 0):
                self._awaited.popleft()
            await asyncio.sleep(WATCH_SECONDS)

    def _is_late(self) -> bool:
        oldest = self._awaited[0][0] if self._awaited else time.monotonic()
        return time.monotonic() - oldest > LATE_SECONDS

    async def _look_at_primary(self) -> None:
        seen_at = time.monotonic()
        try:
            written = await self._primary.fetchval(f"SELECT {WRITTEN}")
        except Exception as error:
            if not is_unavailable(error):
                raise
            return
        if not self._awaited or self._awaited[-1][1] != written:
            self._awaited.append((seen_at, written))

    async def _look_at_replica(self) -> None:
        try:
            async with self.engine.connect() as db:
                replayed = (await db.execute(REPLAYED)).scalar()
        except Exception as error:
            if not is_unavailable(error):
                raise
            self.mark_unavailable(error)
            return
        if replayed is None:  # it was promoted: another one may be a replica by now
            await self.engine.dispose()
        self._replayed = replayed
