"""The operations that watch a shared map."""

from collections.abc import Hashable, Iterator

from telemetry.process_metrics import SLOW_RESYNCED
from transport.outgoing_queue import OperationOutbox
from transport.signals import Signal

MAX_PENDING = 200


class Watcher:
    """One operation, on one socket."""

    __slots__ = ("client", "has_received", "outbox", "pending", "woken")

    def __init__(self, outbox: OperationOutbox, client: Hashable = None) -> None:
        self.outbox = outbox
        self.client = client
        self.has_received = False  # any payload at all
        # Sent when it falls behind, and when the map ends.
        self.woken = Signal()
        # Payloads that it is to have after what it reads now; None: it reads a new map.
        self.pending: list[bytes] | None = None


class Watchers:
    """Those of one map. One is live once it has been sent all that came before.

    It joins first and reads what it missed afterwards. So it may be sent a payload
    twice, which does no harm, since seats carry versions; it never misses one.
    """

    def __init__(self) -> None:
        # By outbox: a delivery uses no other object of theirs. Like the writer, which
        # says why. In the order in which they came: close in memory, too.
        self._live: dict[OperationOutbox, Watcher] = {}
        self._others: dict[Watcher, None] = {}

    def __len__(self) -> int:
        return len(self._live) + len(self._others)

    def __iter__(self) -> Iterator[Watcher]:
        yield from self._live.values()
        yield from self._others

    def join(self, watcher: Watcher) -> None:
        self._others[watcher] = None

    def leave(self, watcher: Watcher) -> None:
        self._live.pop(watcher.outbox, None)
        self._others.pop(watcher, None)

    def is_live(self, watcher: Watcher) -> bool:
        return watcher.outbox in self._live

    def deliver(self, payload: bytes) -> None:
        # Not a loop that changes what it goes through.
        behind = [each for each in self._live if not each.offer(payload)]
        for watcher in self._others:
            if watcher.pending is not None:
                watcher.pending.append(payload)
                if len(watcher.pending) > MAX_PENDING:
                    watcher.pending = None
        for outbox in behind:
            self._fall_behind(outbox)

    def catch_up(self, watcher: Watcher, payloads: list[bytes]) -> bool:
        """False when the queue did not take all of them; what it took stays there."""
        for payload in payloads:
            if not watcher.outbox.offer(payload):
                return False
            watcher.has_received = True
        self._others.pop(watcher, None)
        self._live[watcher.outbox] = watcher
        return True

    def _fall_behind(self, outbox: OperationOutbox) -> None:
        SLOW_RESYNCED.inc()
        # The queued deltas are followed by a gap: only a new map is of use.
        outbox.drop()
        watcher = self._live.pop(outbox)
        self._others[watcher] = None
        watcher.woken.send()
