"""One operation that watches a shared map."""

from collections.abc import Hashable

from telemetry.process_metrics import SLOW_RESYNCED
from transport.outgoing_queue import OperationOutbox
from transport.signals import Signal

MAX_PENDING = 200


class Watcher:
    """A watcher is live once it has been sent everything that came before.

    It joins first and reads what it missed afterwards. So it may be sent a payload
    twice, which does no harm, since seats carry versions; it never misses one.
    """

    __slots__ = ("_pending", "client", "has_received", "is_live", "outbox", "woken")

    def __init__(self, outbox: OperationOutbox, client: Hashable = None) -> None:
        self.outbox = outbox
        self.client = client
        self.is_live = False
        self.has_received = False  # any payload at all
        # Sent when it falls behind, and when the map ends.
        self.woken = Signal()
        self._pending: list[bytes] | None = None

    def deliver(self, payload: bytes) -> None:
        if self.is_live:
            if not self.outbox.offer(payload):
                self._fall_behind()
        elif self._pending is not None:
            self._pending.append(payload)
            if len(self._pending) > MAX_PENDING:
                self._pending = None

    def catch_up(self, payloads: list[bytes]) -> bool:
        """False when the queue did not take all of them; what it took stays there."""
        for payload in payloads:
            if not self.outbox.offer(payload):
                return False
            self.has_received = True
        self.is_live = True
        return True

    def keep_pending(self) -> None:
        """Collects payloads until `take_pending`, while the watcher is not live."""
        self._pending = []

    def take_pending(self) -> list[bytes] | None:
        """What has come since `keep_pending`; None when it was too much to keep."""
        pending, self._pending = self._pending, None
        return pending

    def _fall_behind(self) -> None:
        SLOW_RESYNCED.inc()
        # The queued deltas are followed by a gap: only a new map is of use.
        self.outbox.drop()
        self.is_live = False
        self.woken.send()
