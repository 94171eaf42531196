"""The restart policy of services that do not come up at first."""

import time
from collections import Counter
from collections.abc import Callable

from stack.embedded.service import Service

TRIES = 7
FIRST_DELAY = 0.25


class Retries:
    """Later each time, as Docker does, but not for ever: somebody waits.

    A primary may be lost meanwhile, and 20 s later there is another: no service is
    given up before, and none is for the troubles of others.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: Counter[str] = Counter()
        self._due: dict[str, float] = {}

    def start_again(self, service: Service) -> None:
        """Of one that has ended, when its time has come; raises CommandError."""
        name, now = service.name, self._clock()
        if name not in self._due:
            self._tries[name] += 1
            if self._tries[name] == TRIES:
                raise service.failure()
            self._due[name] = now + FIRST_DELAY * 2 ** self._tries[name]
        if self._due[name] <= now:
            del self._due[name]
            service.start()
