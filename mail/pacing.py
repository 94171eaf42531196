"""Leaves the event loop to others after work that kept it busy."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# The loop of the worker also carries what a crowd sees, and its mails can wait: after a
# piece of a mail was written, the others have four times as long.
REST = 4.0


@asynccontextmanager
async def paced() -> AsyncIterator[None]:
    """For a block that awaits nothing, of some milliseconds."""
    began = time.thread_time()
    yield
    await asyncio.sleep(REST * (time.thread_time() - began))
