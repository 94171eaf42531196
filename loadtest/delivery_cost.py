"""CPU of a delivery by the API, and of the same bytes written to plain sockets."""

from dataclasses import dataclass

from loadtest import api_process
from loadtest.helper_process import HelperProcess
from loadtest.watcher_group import WatcherGroup
from runtime.errors import CommandError

MICROSECONDS = 1_000_000
PLAIN_WRITES = 40
PLAIN_PAUSE = 0.1


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


def api_seconds(api: int) -> float:
    seconds = api_process.cpu_seconds(api)
    if seconds is None:
        raise CommandError("The API process is gone.")
    return seconds


def plain_microseconds(watchers: WatcherGroup, size: int) -> float:
    """For each socket and message; there are as many sockets as watchers, or 5,000."""
    with HelperProcess("loadtest.plain_socket_process") as process:
        watchers.connect_plain(process.request({})["port"])
        order = {"size": size, "times": PLAIN_WRITES, "pause": PLAIN_PAUSE}
        done = process.request(order)
    seconds, sockets = float(done["seconds"]), int(done["sockets"])
    return seconds * MICROSECONDS / (sockets * PLAIN_WRITES)
