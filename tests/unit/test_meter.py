"""What the event loop spends on measured work, and on nothing else."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from transport.shares.meter import Meter, metered_task


@pytest.fixture(autouse=True)
async def _factory() -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    loop.set_task_factory(metered_task)
    yield
    loop.set_task_factory(None)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    clock = Clock()
    monkeypatch.setattr(time, "thread_time", lambda: clock.now)
    return clock


class Clock:
    now = 0.0

    def spend(self, seconds: float) -> None:
        self.now += seconds


async def test_pauses_do_not_count(clock: Clock) -> None:
    resumed = asyncio.Event()

    async def work() -> str:
        clock.spend(1)
        await resumed.wait()
        clock.spend(2)
        return "done"

    meter = Meter()
    task = asyncio.create_task(meter.measured(work()))
    await asyncio.sleep(0)
    clock.spend(100)
    resumed.set()

    assert await task == "done"
    assert meter.seconds == 3


async def test_tasks_that_it_begins_count_once(clock: Clock) -> None:
    async def part() -> None:
        clock.spend(1)
        await asyncio.sleep(0)
        clock.spend(1)

    async def work() -> None:
        await asyncio.gather(part(), part())
        async with asyncio.TaskGroup() as group:
            group.create_task(part())

    async def other() -> None:
        clock.spend(100)

    meter = Meter()
    await asyncio.gather(meter.measured(work()), other())
    await asyncio.create_task(other())

    assert meter.seconds == 6


async def test_what_runs_at_once_counts(clock: Clock) -> None:
    meter = Meter()
    with meter.running():
        clock.spend(4)
    clock.spend(100)

    assert meter.seconds == 4


async def test_an_error_of_the_work_is_raised(clock: Clock) -> None:
    async def work() -> None:
        clock.spend(1)
        await asyncio.sleep(0)
        clock.spend(1)
        raise LookupError

    meter = Meter()
    with pytest.raises(LookupError):
        await meter.measured(work())
    assert meter.seconds == 2


async def test_a_cancellation_reaches_the_work(clock: Clock) -> None:
    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            clock.spend(5)
            await asyncio.sleep(0)

    meter = Meter()
    task = asyncio.create_task(meter.measured(work()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert meter.seconds == 5


async def test_a_timeout_in_the_work_is_caught_there() -> None:
    async def work() -> str:
        try:
            async with asyncio.timeout(0):
                await asyncio.Event().wait()
        except TimeoutError:
            return "late"
        return "in time"

    assert await Meter().measured(work()) == "late"


async def test_a_measured_generator_goes_on_after_a_break(clock: Clock) -> None:
    async def numbers() -> AsyncGenerator[int, None]:
        for number in range(3):
            clock.spend(1)
            yield number

    meter, found = Meter(), []
    iterator = numbers()
    while True:
        try:
            found.append(await meter.measured(iterator.__anext__()))
        except StopAsyncIteration:
            break
        clock.spend(100)

    assert found == [0, 1, 2]
    assert meter.seconds == 3
