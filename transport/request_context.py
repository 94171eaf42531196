"""What transports need to know of a call: who asks, and what it is called in logs."""

import re
from collections.abc import Callable
from secrets import token_hex
from typing import Protocol

from auth.tokens import Credentials

SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Asked(Protocol):
    """One operation's context; the codes of its refusals gather in it."""

    @property
    def refusals(self) -> list[str]: ...


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
    ) -> Asked: ...


# Raises AuthenticationError likewise; None for nobody.
CredentialsOf = Callable[[str | None], Credentials | None]


def new_request_id() -> str:
    return token_hex(16)


def request_id_from(header: str | None) -> str:
    """A caller's own id, unless it could forge a line of our logs."""
    if header is not None and SANE_REQUEST_ID.fullmatch(header):
        return header
    return new_request_id()
