"""Our own programs as child processes: API, worker and `prepare`."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from runtime.errors import CommandError
from stack.embedded.child_process import ChildProcess, Pause
from stack.embedded.data_folder import DataFolder
from stack.embedded.ports import ask, has_page, own_address


class Program(ChildProcess):
    """`python -m app COMMAND`.

    Started early, so that it imports while servers start; it waits for its settings.
    """

    command_name: ClassVar[str]

    def __init__(self, logs: Path, lock: int) -> None:
        super().__init__(logs, lock)
        self._settings: Mapping[str, str] | None = None

    def command(self) -> list[str]:
        return [sys.executable, "-m", "app", self.command_name, "--settings-from-stdin"]

    def environment(self) -> Mapping[str, str]:
        return os.environ

    def _stdin(self) -> int:
        return subprocess.PIPE

    def start(self) -> None:
        super().start()
        if self._settings is not None:
            self.send_settings(self._settings)

    def send_settings(self, settings: Mapping[str, str]) -> None:
        """Sent now, and again after each later start."""
        self._settings = settings
        stdin = self._started.stdin
        if stdin is None or stdin.closed:
            return
        with contextlib.suppress(BrokenPipeError):  # it has ended: its log says why
            stdin.write(f"{json.dumps(dict(settings))}\n".encode())
            stdin.close()

    def failure(self) -> CommandError:
        """The last line of a failed command is its message."""
        _, _, message = self.log_since_start().rstrip().rpartition("\n")
        if self.exit_code() != 1 or message.startswith("{"):
            return super().failure()
        return CommandError(
            f"{self.name} did not come up: {message} (Its log is {self.log}.)"
        )

    def kill(self) -> None:
        super().kill()
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()


class ApiProgram(Program):
    name = "API"
    command_name = "serve"

    def __init__(self, folder: DataFolder, host: str, port: int) -> None:
        super().__init__(folder.logs, folder.lock)
        self._host = own_address(host)
        self._port = port

    def answers(self) -> bool:
        return has_page("/readyz", self._port, self._host)

    def has_explorer(self) -> bool:
        return has_page("/graphiql", self._port, self._host)


class WorkerProgram(Program):
    name = "Worker"
    command_name = "worker"

    def __init__(self, folder: DataFolder, host: str) -> None:
        super().__init__(folder.logs, folder.lock)
        self._host = own_address(host)

    def answers(self) -> bool:
        """Once its port of /metrics listens, whose address is printed."""
        port = int((self._settings or {})["METRICS_PORT"])
        return self.is_running() and ask(port, b"", self._host) is not None


class PrepareProgram(Program):
    """Migrates, and seeds an empty database; its output goes to the terminal."""

    name = "Prepare"
    command_name = "prepare"
    prints = True

    def __init__(self, folder: DataFolder) -> None:
        super().__init__(folder.logs, folder.lock)

    def answers(self) -> bool:
        return self.exit_code() == 0

    def finish(self, pause: Pause) -> None:
        while self.exit_code() is None:
            pause(0.01)
        if not self.answers():
            raise self.failure()
