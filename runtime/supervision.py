"""Loops that run for ever: one that fails is logged and started again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from runtime.back_off import BackOff

logger = logging.getLogger(__name__)

HEALTHY_SECONDS = 30.0


def raise_if_cancelled() -> None:
    """Call it in every round of a loop around aiokafka or redis-py.

    aiokafka ends its own tasks by cancelling and awaiting them. It takes a cancellation
    of our task at that moment for its own and swallows it: our loop would never stop.
    So does wait_for up to Python 3.11, with which redis-py sends its commands.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def keep_running(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """Until it is cancelled. Waits longer each time it fails soon after its start."""
    clock = asyncio.get_running_loop().time
    back_off = BackOff(0.05, 5.0, jitter=True)
    while True:
        raise_if_cancelled()
        began = clock()
        try:
            await loop()
        except Exception:
            logger.exception("a loop failed and starts again", extra={"loop": name})
        if clock() - began > HEALTHY_SECONDS:
            back_off.reset()
        await back_off.wait()
