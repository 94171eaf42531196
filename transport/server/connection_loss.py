"""The end of an HTTP connection, for who works for its client."""

from collections.abc import Callable

CONNECTION_LOSS = "connection.loss"  # a key in scope["extensions"]


class ConnectionLoss:
    """Of one connection. One request of it is served at a time."""

    __slots__ = ("has_happened", "then")

    def __init__(self) -> None:
        self.has_happened = False
        self.then: Callable[[], None] | None = None

    def happen(self) -> None:
        self.has_happened = True
        if self.then is not None:
            self.then()
