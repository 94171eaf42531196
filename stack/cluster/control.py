"""Commands to a running cluster, sent through a Unix socket in its folder."""

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from runtime.errors import CommandError

NAME = "control"
ANSWER_SECONDS = 10.0
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.1
ASK_SECONDS = 1.0
MAX_BYTES = 1_000_000
Do = Callable[[str, str], Any]


class Control:
    """The client, for operators and tests; each method raises CommandError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def services(self) -> dict[str, dict[str, Any]]:
        """By name: state (running, paused, down or done), pid, ports and log."""
        found: dict[str, dict[str, Any]] = self._send("services", "")
        return found

    def kill(self, service: str) -> None:
        """At once, without a warning. It is restarted by its restart policy."""
        self._send("kill", service)

    def stop(self, service: str) -> None:
        """In order; kills it if that takes too long. It stays down until `start`."""
        self._send("stop", service)
        until = time.monotonic() + STOP_SECONDS
        while self.services()[service]["state"] != "down":
            if time.monotonic() > until:
                return self.leave_down(service)
            time.sleep(LOOK_SECONDS)
        return None

    def leave_down(self, service: str) -> None:
        """Kills it; it stays down until `start`."""
        self._send("leave_down", service)

    def start(self, service: str) -> None:
        """Returns before the service is ready."""
        self._send("start", service)

    def pause(self, service: str) -> None:
        """Freezes its processes: its sockets stay open and silent."""
        self._send("pause", service)

    def resume(self, service: str) -> None:
        self._send("resume", service)

    def _send(self, do: str, service: str) -> Any:
        try:
            with _socket_path(self._folder) as path, closing(_unix()) as connection:
                connection.settimeout(ANSWER_SECONDS)
                connection.connect(path)
                connection.sendall(json.dumps([do, service]).encode() + b"\n")
                answer = json.loads(_receive_line(connection))
        except (OSError, ValueError) as error:
            raise CommandError(
                f"No cluster answers in {self._folder} ({error}): "
                "start it with `make cluster`, or say where it is: DATA_DIR=..."
            ) from error
        if refusal := answer.get("error"):
            raise CommandError(refusal)
        return answer["done"]


class ControlSocket:
    """The server; `socket` is readable when a client connects."""

    def __init__(self, folder: Path, do: Do) -> None:
        self._do = do
        self.socket = _unix()
        (folder / NAME).unlink(missing_ok=True)
        with _socket_path(folder) as path:
            self.socket.bind(path)
        (folder / NAME).chmod(0o600)
        self.socket.listen()
        self.socket.setblocking(False)

    def answer(self) -> None:
        """Answers one client, if there is one."""
        try:
            connection, _ = self.socket.accept()
        except BlockingIOError:
            return
        with closing(connection):
            connection.settimeout(ASK_SECONDS)
            try:
                answer = json.dumps(self._answer(connection))
                connection.sendall(answer.encode() + b"\n")
            except (OSError, ValueError, TypeError, RecursionError):
                return  # the client has gone, or did not send our JSON

    def _answer(self, connection: socket.socket) -> dict[str, Any]:
        do, service = json.loads(_receive_line(connection))
        try:
            return {"done": self._do(do, service)}
        except CommandError as error:
            return {"error": str(error)}

    def close(self) -> None:
        self.socket.close()


def _unix() -> socket.socket:
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)


@contextmanager
def _socket_path(folder: Path) -> Iterator[str]:
    """A path that is short enough for a Unix socket, however deep the folder is."""
    descriptor = os.open(folder, os.O_PATH)
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)


def _receive_line(connection: socket.socket) -> bytes:
    received = b""
    while not received.endswith(b"\n") and len(received) < MAX_BYTES:
        chunk = connection.recv(65_536)
        if not chunk:
            break
        received += chunk
    return received
