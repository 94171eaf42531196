"""Waiting for what happens by itself."""

import asyncio
from collections.abc import Awaitable, Callable


async def eventually(holds: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    """Raises TimeoutError; the bound is for a fault, not for a slow day."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 # it is in Postgres, not in here
            await asyncio.sleep(0.02)
