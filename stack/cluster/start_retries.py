"""Restarts services that end before the whole cluster has started."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable

from runtime.back_off import BackOff
from stack.embedded.child_process import ChildProcess

TRIES = 7


class StartRetries:
    """Waits longer before each retry, as Docker does, but gives up after TRIES.

    That takes more than 20 seconds: the primary may be lost meanwhile, and so long it
    takes until there is another. Retries of one service are not counted for others.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: Counter[str] = Counter()
        self._back_offs = defaultdict[str, BackOff](lambda: BackOff(0.5, 16.0))
        self._due: dict[str, float] = {}

    def restart(self, service: ChildProcess) -> None:
        """Starts an ended service once its delay is over; raises CommandError."""
        name, now = service.name, self._clock()
        if name not in self._due:
            self._tries[name] += 1
            if self._tries[name] == TRIES:
                raise service.failure()
            self._due[name] = now + self._back_offs[name].next_delay()
        if self._due[name] <= now:
            del self._due[name]
            service.start()
