"""A warning that strangers can cause as often as they like: one line a minute."""

import logging
import time
from collections.abc import Callable
from typing import Final

PAUSE_SECONDS: Final = 60.0


class RareWarning:
    """`times` in a line is how often it happened since the line before."""

    def __init__(
        self,
        logger: logging.Logger,
        message: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._logger = logger
        self._message = message
        self._clock = clock
        self._times = 0
        self._next_at = clock()

    def warn(self, reason: object) -> None:
        self._times += 1
        now = self._clock()
        if now >= self._next_at:
            facts = {"reason": str(reason), "times": self._times}
            self._logger.warning(self._message, extra=facts)
            self._times, self._next_at = 0, now + PAUSE_SECONDS
