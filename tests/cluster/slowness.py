"""Measures how much slower than idle this machine is: others may use it."""

import asyncio
import time
from collections.abc import Callable

WORK_SECONDS = 0.05  # of a processor
EVERY_SECONDS = 1.0


class Slowness:
    """`factor`: the average duration of a second of processor time, in seconds."""

    def __init__(self) -> None:
        self._worked = WORK_SECONDS
        self._took = WORK_SECONDS

    @property
    def factor(self) -> float:
        return self._took / self._worked

    async def measure_for_ever(self) -> None:
        while True:
            self._took += await asyncio.to_thread(_work)
            self._worked += WORK_SECONDS
            await asyncio.sleep(EVERY_SECONDS)

    async def wait(self, seconds: float, done: Callable[[], bool]) -> None:
        """So long; until it is done, if a slow machine takes longer for it."""
        began = time.monotonic()
        await asyncio.sleep(seconds)
        while not done() and time.monotonic() < began + seconds * self.factor:  # noqa: ASYNC110 # of many
            await asyncio.sleep(0.2)


def _work() -> float:
    began, worked = time.monotonic(), time.thread_time()
    while time.thread_time() - worked < WORK_SECONDS:
        pass
    return time.monotonic() - began
