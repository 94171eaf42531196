"""When to try again what has failed."""

import time
from collections.abc import Callable

FIRST_SECONDS = 0.05
MOST_SECONDS = 2.0


class BackOff:
    """One for all who wait for the same thing, so that they try it together."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._seconds = FIRST_SECONDS
        self._until = now()

    def failed(self) -> None:
        self._until = self._now() + self._seconds
        self._seconds = min(2 * self._seconds, MOST_SECONDS)

    def succeeded(self) -> None:
        self._seconds = FIRST_SECONDS
        self._until = self._now()

    def remaining(self) -> float:
        """In seconds; not above zero when it is time."""
        return self._until - self._now()
