"""What transports know of a request: its caller, its id, the context of resolvers."""

import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from random import getrandbits
from typing import Protocol

from auth.tokens import Credentials
from resolvers.ports import NextTurn
from telemetry import origin

SAFE_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Caller:
    """`authorization` and `locale` as headers have them; `address` of the network."""

    authorization: str | None = None
    locale: str | None = None
    address: str | None = None
    reader: Hashable = None  # see `reader_of`


ANONYMOUS = Caller()


class OperationContext(Protocol):
    """What the resolvers of one operation share, as far as transports read it."""

    # Resolvers await it before they read something large again for a subscription.
    next_turn: NextTurn | None

    @property
    def refusals(self) -> list[str]:
        """The codes of problems that were answered."""


class ContextOf(Protocol):
    """Makes one operation's context; raises AuthenticationError for a bad token.

    `address` is the client's, None when it is not known.
    """

    def __call__(
        self,
        authorization: str | None,
        accept_language: str | None,
        request_id: str,
        address: str | None,
        /,
    ) -> OperationContext: ...


# Raises AuthenticationError likewise; None for a caller without a token.
CredentialsOf = Callable[[str | None], Credentials | None]


class RequestHeaders:
    """All lines of a header are one list (RFC 9110, 5.3).

    A proxy may read another line than the first. So two tokens are no valid token, and
    two types of a body no type that we read.
    """

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._values: dict[bytes, bytes] = {}
        for name, value in raw:
            before = self._values.get(name)
            self._values[name] = value if before is None else before + b", " + value

    def get(self, name: bytes) -> str | None:
        """`name` is in lower case, as ASGI has it."""
        value = self._values.get(name)
        return None if value is None else value.decode("latin-1")


def reader_of(network: str | None) -> Hashable:
    """The client whose reads are in one queue: the viewer, or their network."""
    now = origin.current()
    return (now and now.viewer_id) or network


def new_request_id() -> str:
    """Unique, but no secret: clients may choose their own.

    So it does not take the system call that secrets need.
    """
    return f"{getrandbits(128):032x}"


def request_id_from(header: str | None) -> str:
    """The caller's own id, unless it could forge a line of our logs."""
    if header is not None and SAFE_REQUEST_ID.fullmatch(header):
        return header
    return new_request_id()
