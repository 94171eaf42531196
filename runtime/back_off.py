"""Delays that double from one failure to the next."""

import asyncio
import random


class BackOff:
    """From `first` to `longest` seconds.

    `jitter` varies each delay by up to half, so that processes do not retry in step.
    """

    def __init__(self, first: float, longest: float, *, jitter: bool = False) -> None:
        self._first = first
        self._longest = longest
        self._jitter = jitter
        self._next = first

    def next_delay(self) -> float:
        """Seconds to wait after this failure. The next delay is twice as long."""
        delay = self._next
        self._next = min(2 * delay, self._longest)
        return delay * random.uniform(0.5, 1.5) if self._jitter else delay  # noqa: S311 # no secret

    async def wait(self) -> None:
        await asyncio.sleep(self.next_delay())

    def reset(self) -> None:
        """After a success."""
        self._next = self._first
