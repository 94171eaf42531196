"""Await with a deadline; a late call is abandoned, not awaited."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")

DEADLINE_SECONDS = 2.0

_abandoned: set[asyncio.Future[Any]] = set()


async def with_deadline(call: Awaitable[T], seconds: float = DEADLINE_SECONDS) -> T:
    """Raises TimeoutError.

    asyncio.timeout would cancel the call and then wait for its end, but a pool that
    takes a connection back waits for the server, which may be frozen.
    """
    task = asyncio.ensure_future(call)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if task.done():
            return task.result()
        raise TimeoutError
    finally:  # also when our own caller is cancelled
        if not task.done():
            task.cancel()
            _abandoned.add(task)
            task.add_done_callback(_discard)


def _discard(task: asyncio.Future[Any]) -> None:
    _abandoned.discard(task)
    if not task.cancelled():
        task.exception()  # retrieved, or asyncio logs a complaint
