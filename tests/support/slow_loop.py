"""An event loop that has been busy for as long as a test says."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class SlowLoop(asyncio.SelectorEventLoop):
    """Its clock moves on at once: timers that are due by then come before answers."""

    busy_seconds = 0.0

    def time(self) -> float:
        return super().time() + self.busy_seconds


def run_slowly(test: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=SlowLoop) as runner:
        return runner.run(test)


def be_busy(seconds: float) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SlowLoop)
    loop.busy_seconds += seconds
