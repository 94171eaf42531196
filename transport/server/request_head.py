"""What is checked of a request's head before anything is done for the request."""

import re
from collections.abc import Iterable

from transport.limits import MAX_HEAD_BYTES

Headers = Iterable[tuple[bytes, bytes]]  # the names in lower case

# A name or an address, and a port (RFC 9110, 7.2). It may be empty.
HOST = re.compile(
    rb"(?:\[[0-9A-Fa-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?"
)


class RefusedHeadError(Exception):
    """The request is answered with this, and its connection is closed."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def check_head(method: bytes, version: str, url: bytes, headers: Headers) -> None:
    """Raises RefusedHeadError for what another server might understand otherwise."""
    if version not in {"1.0", "1.1"}:
        raise RefusedHeadError(505, "The version of HTTP can only be 1.1 or 1.0.")
    if method == b"CONNECT":
        raise RefusedHeadError(501, "This is no proxy.")
    hosts = []
    length = len(url)
    for name, value in headers:
        length += len(name) + len(value) + len(": \r\n")
        if name == b"host":
            hosts.append(value)
        elif name == b"transfer-encoding" and value.lower() != b"chunked":
            raise RefusedHeadError(501, "Transfer-Encoding can only be chunked.")
        elif name == b"transfer-encoding" and version == "1.0":
            raise RefusedHeadError(400, "HTTP/1.0 has no Transfer-Encoding.")
    if length > MAX_HEAD_BYTES:
        raise RefusedHeadError(400, "The head of the request is too long.")
    if len(hosts) != 1 and (hosts or version == "1.1"):
        raise RefusedHeadError(400, "A request needs one Host.")
    if hosts and not HOST.fullmatch(hosts[0]):
        raise RefusedHeadError(400, "Host is not the name of a host.")


def asks_for_websocket(version: str, headers: Headers) -> bool:
    """Whether it offers this protocol alone; HTTP/1.0 has no Upgrade."""
    connection = _tokens(headers, b"connection")
    offers = _tokens(headers, b"upgrade")
    return version == "1.1" and b"upgrade" in connection and offers == [b"websocket"]


def _tokens(headers: Headers, name: bytes) -> list[bytes]:
    """Of all lines with this name: they are one list."""
    return [
        token.strip().lower()
        for each, value in headers
        if each == name
        for token in value.split(b",")
    ]


def head_without_upgrade(
    method: bytes, version: str, url: bytes, headers: Headers
) -> bytes:
    """The same request without the offer that we do not take."""
    lines = [b"%b %b HTTP/%b" % (method, url, version.encode())]
    lines += [b"%b: %b" % each for each in headers if each[0] != b"upgrade"]
    return b"\r\n".join([*lines, b"", b""])
