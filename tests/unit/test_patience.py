"""A wait ends when a server is silent, and not because our own loop was busy."""

import asyncio

import pytest

from runtime.patience import PARTS, Patience
from tests.support.slow_loop import be_busy, run_slowly

HOUR = 3_600


async def test_a_silent_server_is_given_up() -> None:
    with pytest.raises(TimeoutError):
        async with Patience(0.01):
            await asyncio.Event().wait()


async def test_a_cancelled_caller_ends_cancelled() -> None:
    async def wait() -> None:
        async with Patience(HOUR):
            await asyncio.Event().wait()

    caller = asyncio.create_task(wait())
    await asyncio.sleep(0)
    caller.cancel()

    with pytest.raises(asyncio.CancelledError):
        await caller


def test_an_answer_that_arrived_while_the_loop_was_busy_is_read() -> None:
    async def ask() -> str:
        answer = asyncio.get_running_loop().create_future()
        async with Patience(HOUR):
            be_busy(2 * HOUR)
            await asyncio.sleep(0)  # timers that are due run before the answer
            asyncio.get_running_loop().call_soon(answer.set_result, "answer")
            return str(await answer)

    assert run_slowly(ask()) == "answer"


def test_the_time_begins_again_with_each_answer_to_somebody_ahead() -> None:
    answered = 0

    async def wait() -> int:
        nonlocal answered
        async with Patience(HOUR, lambda: answered):
            for _ in range(3 * PARTS):
                be_busy(HOUR / PARTS)
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                answered += 1
        return answered

    assert run_slowly(wait()) == 3 * PARTS


def test_without_progress_each_busy_moment_counts_as_one_part() -> None:
    moments = 0

    async def wait() -> None:
        nonlocal moments
        async with Patience(HOUR):
            while True:
                be_busy(HOUR)
                moments += 1
                await asyncio.sleep(0)

    with pytest.raises(TimeoutError):
        run_slowly(wait())
    assert moments >= PARTS
