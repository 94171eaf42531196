"""Counts open sockets per client network."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import Scope

from runtime.networks import network_of

LOOPBACK = ("127.", "::/64")  # the latter network holds ::1 alone


class TooManySocketsError(Exception):
    """The network has as many open sockets as it may."""


def client_network(scope: Scope) -> str | None:
    """None for this machine: a proxy or a load test has sockets for many clients."""
    client = scope.get("client")
    if client is None:
        return None  # a Unix socket
    network = network_of(client[0]) or "unknown"
    return None if network.startswith(LOOPBACK) else network


class SocketCounts:
    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._open: Counter[str] = Counter()

    @contextmanager
    def count(self, network: str | None) -> Iterator[None]:
        """Counts one socket while it is open; raises TooManySocketsError."""
        if network is None:
            yield
            return
        if self._open[network] >= self._at_most:
            raise TooManySocketsError
        self._open[network] += 1
        try:
            yield
        finally:
            self._open[network] -= 1
            if not self._open[network]:
                del self._open[network]

    def __len__(self) -> int:
        """How many networks have open sockets."""
        return len(self._open)
