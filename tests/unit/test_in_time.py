"""Who is asked is let go of when it is late, and when nobody waits any more."""

import asyncio

import pytest

from runtime import deadline as asking
from runtime.deadline import in_time


class Silent:
    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.let_go = asyncio.Event()

    async def answer(self) -> None:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.let_go.set()


async def test_an_answer_and_a_failure_are_handed_on() -> None:
    async def fail() -> None:
        raise OSError("away")

    assert await in_time(asyncio.sleep(0, "here")) == "here"
    with pytest.raises(OSError, match="away"):
        await in_time(fail())


async def test_who_is_late_is_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 0.01)
    silent = Silent()

    with pytest.raises(TimeoutError):
        await in_time(silent.answer())

    async with asyncio.timeout(10):
        await silent.let_go.wait()


async def test_nobody_is_asked_on_behalf_of_who_has_gone() -> None:
    silent = Silent()
    waiting = asyncio.create_task(in_time(silent.answer()))
    await silent.asked.wait()

    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(10):
        await silent.let_go.wait()
