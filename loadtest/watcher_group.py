"""Many watchers of one session, in another process that reports what they saw."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from loadtest import plan
from loadtest.helper_process import HelperProcess
from loadtest.target import Target
from runtime.errors import CommandError

RETRY_PAUSE = 0.2


@dataclass(frozen=True)
class Observation:
    """What all watchers saw of one change."""

    seen: list[float | None]  # when, on the monotonic clock; None: not yet
    maps: int  # whole seat maps received since the observation before
    bytes: int  # received since then
    closed: int  # sockets


class WatcherGroup:
    def __init__(self, process: HelperProcess) -> None:
        self._process = process

    def observe(self, seat: str, version: int) -> Observation:
        """Polls until all of them saw it or DELIVERY_TIMEOUT is over."""
        ends = time.monotonic() + plan.DELIVERY_TIMEOUT
        maps = received = 0
        while True:
            report = self._process.request({"seat": seat, "version": version})
            maps += report["maps"]
            received += report["bytes"]
            if all(report["seen"]) or time.monotonic() > ends:
                return Observation(report["seen"], maps, received, report["closed"])
            time.sleep(RETRY_PAUSE)

    def connect_plain(self, port: int) -> None:
        """As many sockets more, to the process of plain sockets."""
        self._process.request({"plain": port})


@contextmanager
def watcher_group(target: Target, session_id: str) -> Iterator[WatcherGroup]:
    """Each watcher has its first seat map already."""
    with HelperProcess("loadtest.watcher_process") as process:
        report = process.request({"target": asdict(target), "session_id": session_id})
        if report.get("error"):
            raise CommandError(f"The watchers cannot watch: {report['error']}")
        yield WatcherGroup(process)
