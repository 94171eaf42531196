"""Who is at the other end, as far as their address tells people apart."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import Scope

from persistence.key_value.rate_limits import network_of

THIS_MACHINE = ("127.", "::/64")  # ::1 is all that there is of the latter


class TooManySocketsError(Exception):
    """That address has as many as it may."""


def client_of(scope: Scope) -> str | None:
    """None for this machine itself: a proxy or a load test, which speak for many."""
    client = scope.get("client")
    if client is None:
        return None  # a Unix socket
    network = network_of(client[0])
    return None if network.startswith(THIS_MACHINE) else network


class SocketsByClient:
    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._open: Counter[str] = Counter()

    @contextmanager
    def another(self, client: str | None) -> Iterator[None]:
        """Raises TooManySocketsError."""
        if client is None:
            yield
            return
        if self._open[client] >= self._at_most:
            raise TooManySocketsError
        self._open[client] += 1
        try:
            yield
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]

    def __len__(self) -> int:
        return len(self._open)
