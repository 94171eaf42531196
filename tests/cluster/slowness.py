"""Measures how much slower than idle this machine is: others may use it."""

import asyncio
import time

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


def _work() -> float:
    began, worked = time.monotonic(), time.thread_time()
    while time.thread_time() - worked < WORK_SECONDS:
        pass
    return time.monotonic() - began
