"""Many watchers of one session, in a process of their own, asked what they saw."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from loadtest import plan
from loadtest.child import Child
from loadtest.target import Target
from runtime.errors import CommandError

RETRY_PAUSE = 0.2


@dataclass(frozen=True)
class Look:
    """When each watcher saw one change, None for not yet; and what else happened."""

    seen: list[float | None]
    maps: int
    closed: int


class Gallery:
    def __init__(self, child: Child) -> None:
        self._child = child

    def look(self, seat: str, version: int) -> Look:
        """Asks again until all saw it or DELIVERY_TIMEOUT is over."""
        ends = time.monotonic() + plan.DELIVERY_TIMEOUT
        maps = 0
        while True:
            told = self._child.ask({"seat": seat, "version": version})
            maps += told["maps"]
            if all(told["seen"]) or time.monotonic() > ends:
                return Look(told["seen"], maps, told["closed"])
            time.sleep(RETRY_PAUSE)


@contextmanager
def opened(target: Target, session_id: str) -> Iterator[Gallery]:
    """Every watcher has its first seat map."""
    with Child("loadtest.watcher_process") as child:
        told = child.ask({"target": asdict(target), "session_id": session_id})
        if told.get("error"):
            raise CommandError(f"The watchers cannot watch: {told['error']}")
        yield Gallery(child)
