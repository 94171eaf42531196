"""Counts the free seats of sessions that have changed, for lists of sessions."""

import asyncio
from collections.abc import Iterable
from uuid import UUID

from persistence.key_value.kept_counts import KeptCounts
from persistence.queries.availabilities import Availabilities
from runtime.supervision import raise_if_cancelled

# However many events a session has: it is counted at most once in this time.
PERIOD_SECONDS = 0.4
AT_ONCE = 50  # sessions of one statement


class SeatCounts:
    def __init__(self, availabilities: Availabilities, kept: KeptCounts) -> None:
        self._availabilities = availabilities
        self._kept = kept
        self._changed: dict[UUID, None] = {}  # in the order in which they changed
        self._woken = asyncio.Event()

    def note(self, session_ids: Iterable[UUID]) -> None:
        """Their rows have changed, and `count_key` ends soon."""
        self._changed.update(dict.fromkeys(session_ids))
        if self._changed:
            self._woken.set()

    async def run(self) -> None:
        while True:
            raise_if_cancelled()
            await self._woken.wait()
            await self.count_changed()
            await asyncio.sleep(PERIOD_SECONDS)

    async def count_changed(self) -> None:
        """When it fails, the rest of the sessions is still to be counted."""
        self._woken.clear()
        changed, self._changed = list(self._changed), {}
        for start in range(0, len(changed), AT_ONCE):
            some = changed[start : start + AT_ONCE]
            try:
                await self._kept.replace(await self._availabilities.counted(some))
            except Exception:
                self.note(changed[start:])
                raise
