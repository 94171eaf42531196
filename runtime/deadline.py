"""Asking a server that may be away, without waiting for it."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 2.0

_given_up: set[asyncio.Future[Any]] = set()


async def in_time(asking: Awaitable[T]) -> T:
    """Raises TimeoutError without waiting for the end of what it gives up.

    A pool that takes a connection back waits for the server, frozen as it may be.
    """
    task = asyncio.ensure_future(asking)
    try:
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        if task.done():
            return task.result()
        raise TimeoutError
    finally:  # who asked may have been given up, too
        if not task.done():
            task.cancel()
            _given_up.add(task)
            task.add_done_callback(_forget)


def _forget(task: asyncio.Future[Any]) -> None:
    _given_up.discard(task)
    if not task.cancelled():
        task.exception()  # looked at, or asyncio complains
