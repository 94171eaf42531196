"""Starts again what has died."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stack.embedded.service import Service

FIRST_DELAY = 0.1
LONGEST_DELAY = 5.0
HEALTHY_SECONDS = 30.0


@dataclass
class _Watch:
    service: Service
    delay: float = FIRST_DELAY
    alive_since: float = 0.0
    due: float | None = None
    left_down: bool = False


class Keeper:
    def __init__(
        self,
        services: Sequence[Service],
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        now = clock()
        self._clock = clock
        self._watched = [_Watch(service, alive_since=now) for service in services]
        self._say = say

    def check(self) -> float | None:
        """Returns the seconds until there is more to do; None: when one dies."""
        now = self._clock()
        for watch in self._watched:
            if watch.left_down:
                continue
            if watch.due is None and not watch.service.runs():
                self._schedule(watch, now)
            if watch.due is not None and watch.due <= now:
                watch.service.start()
                watch.due, watch.alive_since = None, now
        due = [watch.due for watch in self._watched if watch.due is not None]
        return max(0.0, min(due) - now) if due else None

    def leave_down(self, service: Service) -> None:
        """When it ends, as it soon will, or has already."""
        watch = self._of(service)
        watch.left_down, watch.due = True, None

    def start_again(self, service: Service) -> None:
        """What was left down; nothing happens to what runs."""
        watch = self._of(service)
        if not service.runs():
            service.start()
        watch.left_down, watch.due = False, None
        watch.delay, watch.alive_since = FIRST_DELAY, self._clock()

    def _of(self, service: Service) -> _Watch:
        return next(watch for watch in self._watched if watch.service is service)

    def _schedule(self, watch: _Watch, now: float) -> None:
        if now - watch.alive_since > HEALTHY_SECONDS:
            watch.delay = FIRST_DELAY
        watch.due = now + watch.delay
        self._say(
            f"{watch.service.name} has ended (exit code {watch.service.ended()}); "
            f"it starts again in {watch.delay:.1f} s. Its log: {watch.service.log}"
        )
        watch.delay = min(2 * watch.delay, LONGEST_DELAY)
