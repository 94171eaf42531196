"""How long to wait for a server, whatever keeps our own event loop busy."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

PARTS = 10


def no_progress() -> int:
    return 0


class Patience:
    """`async with` it: raises TimeoutError after so many seconds without progress.

    A crowd can keep the loop busy for seconds. An answer that has arrived meanwhile is
    read only afterwards, when a timer by the clock has ended the wait already. So the
    time passes in parts, and the loop looks for answers between them: one busy moment
    counts as one part at most.

    `progress` counts what happens to those ahead of us. The time begins again whenever
    it has changed.
    """

    def __init__(
        self, seconds: float, progress: Callable[[], int] = no_progress
    ) -> None:
        self._part = seconds / PARTS
        self._progress = progress

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._limit = asyncio.timeout(None)
        await self._limit.__aenter__()
        self._begin(self._progress())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        await self._limit.__aexit__(kind, error, trace)

    def _begin(self, progress: int) -> None:
        self._seen = progress
        self._left = PARTS
        self._wait_for_a_part()

    def _wait_for_a_part(self) -> None:
        self._timer = self._loop.call_later(self._part, self._end_part)

    def _end_part(self) -> None:
        self._left -= 1
        if (progress := self._progress()) != self._seen:
            self._begin(progress)
        elif self._left:
            self._wait_for_a_part()
        else:
            self._limit.reschedule(self._loop.time())
