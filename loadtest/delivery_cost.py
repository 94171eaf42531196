"""CPU of a delivery by the API, and of the same bytes written to plain sockets.

Both are measured in turns, change by change: what other work does to the machine meets
both alike. So does what a process uses anyway, such as pings. It is taken off.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from loadtest import api_process
from loadtest.helper_process import HelperProcess
from loadtest.watcher_group import WatcherGroup
from runtime.errors import CommandError

MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class DeliveryCost:
    """In microseconds."""

    api: float
    plain: float

    def remark(self) -> str:
        return (
            f"CPU of a delivery: {self.api:.1f} us, {self.api / self.plain:.2f} of a "
            f"loop over plain sockets ({self.plain:.1f} us)."
        )

    def facts(self) -> dict[str, float]:
        return {
            "api_us": self.api,
            "plain_us": self.plain,
            "of_plain": self.api / self.plain,
        }


class CpuClock:
    """CPU time of a process in spans of work, beyond what it uses between them."""

    def __init__(self, process: int | None) -> None:
        self._process = process
        self._seconds = 0.0  # of all spans
        self.spans = 0
        self._began = self._ended = self._read()

    def worked(self) -> None:
        self._ended = self._read()

    def rested(self) -> None:
        """Nothing has happened since. Now the next span begins."""
        (began, before), (ended, after) = self._began, self._ended
        now, cpu = self._began = self._read()
        idle = (cpu - after) / (now - ended)
        self._seconds += after - before - idle * (ended - began)
        self.spans += 1

    @property
    def seconds(self) -> float:
        """For each span."""
        return self._seconds / self.spans

    def _read(self) -> tuple[float, float]:
        cpu = 0.0 if self._process is None else api_process.cpu_seconds(self._process)
        if cpu is None:
            raise CommandError("The API process is gone.")
        return time.monotonic(), cpu


class PlainSockets:
    """As many as watchers, or 5,000, between one process and that of the watchers."""

    def __init__(self, process: HelperProcess) -> None:
        self._process = process
        self._seconds = 0.0
        self._messages = 0

    def write(self, size: int, pause: float) -> None:
        """So many bytes to each of them; returns after the pause."""
        done = self._process.request({"size": size, "pause": pause})
        self._seconds += done["seconds"]
        self._messages += done["sockets"]

    @property
    def microseconds(self) -> float:
        """For each message."""
        return self._seconds * MICROSECONDS / self._messages


@contextmanager
def plain_sockets(watchers: WatcherGroup) -> Iterator[PlainSockets]:
    with HelperProcess("loadtest.plain_socket_process") as process:
        watchers.connect_plain(process.request({})["port"])
        yield PlainSockets(process)
