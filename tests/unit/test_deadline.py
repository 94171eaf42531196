"""A call is cancelled when it is late, and when its caller is cancelled."""

import asyncio

import pytest

from runtime.deadline import with_deadline


class SilentServer:
    def __init__(self) -> None:
        self.called = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def answer(self) -> None:
        self.called.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()


async def test_results_and_errors_are_passed_on() -> None:
    async def fail() -> None:
        raise OSError("refused")

    assert await with_deadline(asyncio.sleep(0, "result")) == "result"
    with pytest.raises(OSError, match="refused"):
        await with_deadline(fail())


async def test_a_late_call_is_cancelled() -> None:
    server = SilentServer()

    with pytest.raises(TimeoutError):
        await with_deadline(server.answer(), 0.01)

    async with asyncio.timeout(10):
        await server.cancelled.wait()


async def test_a_cancelled_caller_cancels_the_call() -> None:
    server = SilentServer()
    caller = asyncio.create_task(with_deadline(server.answer()))
    await server.called.wait()

    caller.cancel()

    with pytest.raises(asyncio.CancelledError):
        await caller
    async with asyncio.timeout(10):
        await server.cancelled.wait()
