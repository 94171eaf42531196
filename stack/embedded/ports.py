"""Loopback ports: finds and reserves them, and asks what answers there."""

import errno
import socket
import sys

LOOPBACK = "127.0.0.1"


class ReservedPort:
    """A free port, or the given one, that the kernel gives to no other process.

    On Linux a socket that is bound with SO_REUSEADDR but does not listen lets our
    server bind the same port, also after a restart, and hides the port from every
    search for a free one. Elsewhere it would keep our server out too. So the port is
    only found there, and another process may take it before our server starts.
    """

    def __init__(self, number: int = 0) -> None:
        self._socket = _bound(LOOPBACK, number)
        self.number: int = self._socket.getsockname()[1]
        if sys.platform != "linux":
            self._socket.close()

    def close(self) -> None:
        self._socket.close()


def is_free(host: str, port: int) -> bool:
    """Raises OSError if the host is not this machine, or the port needs root."""
    try:
        _bound(host, port).close()
    except OSError as refused:
        if refused.errno != errno.EADDRINUSE:
            raise
        return False
    return True


def address_in_url(host: str, port: int | str) -> str:
    """An IPv6 address has brackets there, since a port follows."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def own_address(host: str) -> str:
    """Where this machine finds a server that listens there."""
    return {"0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104 # not bound


def is_taken(text: str) -> bool:
    """Whether an error message of the kernel or a server means: port in use."""
    return "address already in use" in text.lower() or "address in use" in text.lower()


def ask(port: int, question: bytes, host: str = LOOPBACK) -> bytes | None:
    """Sends bytes, returns the first bytes of the answer; None: nothing answers."""
    try:
        with socket.create_connection((host, port), timeout=1) as line:
            if not question:
                return b""
            line.sendall(question)
            return line.recv(1024)
    except OSError:
        return None


def has_page(path: str, port: int, host: str = LOOPBACK) -> bool:
    """Whether an HTTP server answers there with 200."""
    question = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    return (ask(port, question.encode(), host) or b"").startswith(b"HTTP/1.1 200")


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except BaseException:
        bound.close()
        raise
    return bound
