"""Loops that run for ever end with a cancellation, even if a library swallows it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from redis.asyncio.client import PubSub

from realtime.hub import SupervisedRedis
from runtime.supervision import keep_running


async def swallow(*_: Any, **__: Any) -> None:
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task and task.cancelling() > 1:  # the test has failed, and ends
            raise


async def end(loop: Awaitable[None]) -> bool:
    """Whether it was cancelled in time."""
    task = asyncio.ensure_future(loop)
    for _ in range(10):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task}, timeout=10)
    ended = task.cancelled()
    task.cancel()
    return ended


async def test_a_loop_that_swallows_its_cancellation_is_not_started_again() -> None:
    assert await end(keep_running("loop", swallow))


@pytest.mark.parametrize("method", ["subscribe", "get_message"])
async def test_the_connection_of_the_live_maps_ends(
    monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    async def nothing(*_: Any, **__: Any) -> None:
        await asyncio.sleep(0)

    for name in ("subscribe", "get_message", "aclose"):
        act: Callable[..., Awaitable[None]] = swallow if name == method else nothing
        monkeypatch.setattr(PubSub, name, act)
    redis = SupervisedRedis("redis://127.0.0.1:1")

    assert await end(redis._supervise())
