"""Starts again what has died."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from runtime.back_off import BackOff
from stack.embedded.child_process import ChildProcess

HEALTHY_SECONDS = 30.0


@dataclass
class _Watch:
    service: ChildProcess
    back_off: BackOff = field(default_factory=lambda: BackOff(0.1, 5.0))
    alive_since: float = 0.0
    due: float | None = None
    left_down: bool = False


class Supervisor:
    def __init__(
        self,
        services: Sequence[ChildProcess],
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
            if watch.due is None and not watch.service.is_running():
                self._schedule(watch, now)
            if watch.due is not None and watch.due <= now:
                watch.service.start()
                watch.due, watch.alive_since = None, now
        due = [watch.due for watch in self._watched if watch.due is not None]
        return max(0.0, min(due) - now) if due else None

    def leave_down(self, service: ChildProcess) -> None:
        """When it ends, as it soon will, or has already."""
        watch = self._of(service)
        watch.left_down, watch.due = True, None

    def start_again(self, service: ChildProcess) -> None:
        """What was left down; nothing happens to what runs."""
        watch = self._of(service)
        if not service.is_running():
            service.start()
        watch.left_down, watch.due = False, None
        watch.back_off.reset()
        watch.alive_since = self._clock()

    def _of(self, service: ChildProcess) -> _Watch:
        return next(watch for watch in self._watched if watch.service is service)

    def _schedule(self, watch: _Watch, now: float) -> None:
        if now - watch.alive_since > HEALTHY_SECONDS:
            watch.back_off.reset()
        delay = watch.back_off.next_delay()
        watch.due = now + delay
        self._say(
            f"{watch.service.name} has ended (exit code {watch.service.exit_code()}); "
            f"it starts again in {delay:.1f} s. Its log: {watch.service.log}"
        )
