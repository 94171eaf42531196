"""The restart policy of services that do not come up at first."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable

from runtime.back_off import BackOff
from stack.embedded.child_process import ChildProcess

TRIES = 7


class StartRetries:
    """Later each time, as Docker does, but not for ever: somebody waits.

    A primary may be lost meanwhile, and 20 s later there is another: no service is
    given up before, and none is for the troubles of others.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: Counter[str] = Counter()
        self._back_offs = defaultdict[str, BackOff](lambda: BackOff(0.5, 16.0))
        self._due: dict[str, float] = {}

    def start_again(self, service: ChildProcess) -> None:
        """Of one that has ended, when its time has come; raises CommandError."""
        name, now = service.name, self._clock()
        if name not in self._due:
            self._tries[name] += 1
            if self._tries[name] == TRIES:
                raise service.failure()
            self._due[name] = now + self._back_offs[name].next_delay()
        if self._due[name] <= now:
            del self._due[name]
            service.start()
