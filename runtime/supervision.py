"""Loops that have to run for ever: one that fails is logged and started again."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

logger = logging.getLogger(__name__)

LONGEST_DELAY = 5.0
HEALTHY_SECONDS = 30.0


async def keep_running(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """Until it is cancelled. Waits longer each time it fails soon after its start."""
    clock = asyncio.get_running_loop().time
    delay = 0.05
    while True:
        began = clock()
        try:
            await loop()
        except Exception:
            logger.exception("a loop failed and starts again", extra={"loop": name})
        if clock() - began > HEALTHY_SECONDS:
            delay = 0.05
        await asyncio.sleep(delay * random.uniform(0.5, 1.5))  # noqa: S311 # jitter
        delay = min(delay * 2, LONGEST_DELAY)
