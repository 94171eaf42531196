"""Checks the head of a request before anything else is done for it."""

import re
from collections.abc import Iterable

from transport.limits import MAX_HEAD_BYTES

Headers = Iterable[tuple[bytes, bytes]]  # the names in lower case

# A name or an address, and a port (RFC 9110, 7.2). It may be empty.
HOST = re.compile(
    rb"(?:\[[0-9A-Fa-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?"
)


class RefusedHeadError(Exception):
    """The answer to the request. Its connection is then closed."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def check_head(method: bytes, version: str, url: bytes, headers: Headers) -> None:
    """Raises RefusedHeadError for a head that other servers may read differently."""
    if version not in {"1.0", "1.1"}:
        raise RefusedHeadError(505, "The version of HTTP can only be 1.1 or 1.0.")
    if method == b"CONNECT":
        raise RefusedHeadError(501, "This server is not a proxy.")
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
        raise RefusedHeadError(400, "A request needs exactly one Host header.")
    if hosts and not HOST.fullmatch(hosts[0]):
        raise RefusedHeadError(400, "Host is not a valid host name.")


def asks_for_websocket(version: str, headers: Headers) -> bool:
    """Whether it offers WebSocket and nothing else. HTTP/1.0 has no Upgrade."""
    connection = _tokens(headers, b"connection")
    offers = _tokens(headers, b"upgrade")
    return version == "1.1" and b"upgrade" in connection and offers == [b"websocket"]


def _tokens(headers: Headers, name: bytes) -> list[bytes]:
    """All header lines with this name form one list."""
    return [
        token.strip().lower()
        for each, value in headers
        if each == name
        for token in value.split(b",")
    ]


def head_without_upgrade(
    method: bytes, version: str, url: bytes, headers: Headers
) -> bytes:
    """The same head without the offer to upgrade."""
    lines = [b"%b %b HTTP/%b" % (method, url, version.encode())]
    lines += [b"%b: %b" % each for each in headers if each[0] != b"upgrade"]
    return b"\r\n".join([*lines, b"", b""])
