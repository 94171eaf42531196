"""Measures how long the event loop is busy with one read, pauses not counted."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")

_METER: ContextVar["Meter | None"] = ContextVar("meter", default=None)


class Meter:
    """CPU time of the thread, so what else the machine does is not counted.

    What the drivers of servers decode before a task goes on is not counted either.
    """

    def __init__(self) -> None:
        self.seconds = 0.0

    async def measured(self, work: Coroutine[Any, Any, T]) -> T:
        """With the tasks that the work begins, if the loop has `metered_task`."""
        outer = _METER.get()
        _METER.set(self)
        try:
            result: T = await _Steps(self, work)
        finally:
            _METER.set(outer)
        return result

    @contextmanager
    def running(self) -> Iterator[None]:
        began = time.thread_time()
        try:
            yield
        finally:
            self.seconds += time.thread_time() - began


class _Steps:
    def __init__(self, meter: Meter, work: Coroutine[Any, Any, T]) -> None:
        self._meter = meter
        self._work = work

    def __await__(self) -> Generator[Any, Any, Any]:
        """Passes on what is sent and thrown, as `yield from` does."""
        work, meter = self._work, self._meter
        step: Callable[[Any], Any] = work.send
        argument: Any = None
        while True:
            began = time.thread_time()
            try:
                waits_for = step(argument)
            except StopIteration as end:
                return end.value
            finally:
                meter.seconds += time.thread_time() - began
            try:
                argument = yield waits_for
                step = work.send
            except GeneratorExit:
                work.close()
                raise
            except BaseException as error:  # noqa: BLE001 # a cancellation, too
                step, argument = work.throw, error


def metered_task(
    loop: asyncio.AbstractEventLoop,
    work: Coroutine[Any, Any, T] | Generator[Any, None, T],
    **options: Any,
) -> asyncio.Task[T]:
    """A task factory: what a measured task begins is measured with it."""
    meter = _METER.get()
    if meter is not None and isinstance(work, Coroutine):
        work = _steps(meter, work)
    return asyncio.Task(work, loop=loop, **options)


async def _steps(meter: Meter, work: Coroutine[Any, Any, T]) -> T:
    result: T = await _Steps(meter, work)
    return result
