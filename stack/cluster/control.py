"""A running cluster is told by a socket in its folder what to do with a service."""

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
LONGEST = 1_000_000
Do = Callable[[str, str], Any]


class Control:
    """The commands of an operator, or of a test; each raises CommandError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def services(self) -> dict[str, dict[str, Any]]:
        """By name: state (running, paused, down or done), pid, ports and log."""
        found: dict[str, dict[str, Any]] = self._tell("services", "")
        return found

    def kill(self, service: str) -> None:
        """At once, without a warning. Restarted, as its restart policy says."""
        self._tell("kill", service)

    def stop(self, service: str) -> None:
        """In order, killed if that takes too long. It stays down until `start`."""
        self._tell("stop", service)
        until = time.monotonic() + STOP_SECONDS
        while self.services()[service]["state"] != "down":
            if time.monotonic() > until:
                return self.leave_down(service)
            time.sleep(LOOK_SECONDS)
        return None

    def leave_down(self, service: str) -> None:
        """At once, as `kill`, but it stays down until `start`."""
        self._tell("leave_down", service)

    def start(self, service: str) -> None:
        """What was stopped or killed; returns before it is ready."""
        self._tell("start", service)

    def pause(self, service: str) -> None:
        """It gets no time any more: its sockets stay open, and silent."""
        self._tell("pause", service)

    def resume(self, service: str) -> None:
        self._tell("resume", service)

    def _tell(self, do: str, service: str) -> Any:
        try:
            with _beside(self._folder) as path, closing(_unix()) as line:
                line.settimeout(ANSWER_SECONDS)
                line.connect(path)
                line.sendall(json.dumps([do, service]).encode() + b"\n")
                answer = json.loads(_line(line))
        except (OSError, ValueError) as error:
            raise CommandError(
                f"No cluster answers in {self._folder} ({error}): "
                "start it with `make cluster`, or say where it is: DATA_DIR=..."
            ) from error
        if complaint := answer.get("error"):
            raise CommandError(complaint)
        return answer["done"]


class ControlSocket:
    """The supervisor's end; `socket` is readable when somebody knocks."""

    def __init__(self, folder: Path, do: Do) -> None:
        self._do = do
        self.socket = _unix()
        (folder / NAME).unlink(missing_ok=True)
        with _beside(folder) as path:
            self.socket.bind(path)
        (folder / NAME).chmod(0o600)
        self.socket.listen()
        self.socket.setblocking(False)

    def answer(self) -> None:
        """Whoever knocks, if anybody does."""
        try:
            line, _ = self.socket.accept()
        except BlockingIOError:
            return
        with closing(line):
            line.settimeout(ASK_SECONDS)
            try:
                line.sendall(json.dumps(self._answer(line)).encode() + b"\n")
            except (OSError, ValueError, TypeError, RecursionError):
                return  # whoever asked has gone, or spoke another language

    def _answer(self, line: socket.socket) -> dict[str, Any]:
        do, service = json.loads(_line(line))
        try:
            return {"done": self._do(do, service)}
        except CommandError as error:
            return {"error": str(error)}

    def close(self) -> None:
        self.socket.close()


def _unix() -> socket.socket:
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)


@contextmanager
def _beside(folder: Path) -> Iterator[str]:
    """A path that is short enough for a socket, however deep the folder is."""
    descriptor = os.open(folder, os.O_PATH)
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)


def _line(line: socket.socket) -> bytes:
    told = b""
    while not told.endswith(b"\n") and len(told) < LONGEST:
        more = line.recv(65_536)
        if not more:
            break
        told += more
    return told
