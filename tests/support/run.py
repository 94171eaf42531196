"""A run of the whole program, as `make run` starts it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from runtime.errors import CommandError
from stack.embedded.ports import ReservedPort, has_page
from tests.support.processes import descendants, parents

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "app", "run")
TIMEOUT_SECONDS = 60
# A part of the command line of each child of the supervisor.
MARKS = {
    "Postgres": b"pginstall18/bin/postgres",
    "Valkey": b"valkey-server",
    "Broker": b"tansu",
    "API": b"app\0serve",
    "Worker": b"app\0worker",
}


class RunUnderTest:
    def __init__(
        self, folder: Path, port: int, process: "subprocess.Popen[str]"
    ) -> None:
        self.folder = folder
        self.port = port
        self.process = process

    def wait_until_ready(self) -> str:
        """Returns its output until then. Raises CommandError if it ends."""
        assert self.process.stdout is not None
        output = ""
        for line in self.process.stdout:
            output += line
            if line.startswith("  Stop"):
                return output
        raise CommandError(output + self.end()[1])

    def answers(self) -> bool:
        return has_page("/readyz", self.port)

    def wait_until_it_answers_again(self, killed: dict[str, int]) -> None:
        until = time.monotonic() + TIMEOUT_SECONDS
        while not (self._all_are_new(killed) and self.answers()):
            assert time.monotonic() < until, self.children()
            time.sleep(0.02)

    def _all_are_new(self, killed: dict[str, int]) -> bool:
        now = self.children()
        return now.keys() == MARKS.keys() and not now.items() & killed.items()

    def children(self) -> dict[str, int]:
        """Process ids of the servers and programs by name."""
        found: dict[str, int] = {}
        for pid, parent in parents().items():
            if parent != self.process.pid:
                continue
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
            except FileNotFoundError:
                continue
            found |= {name: pid for name, mark in MARKS.items() if mark in command}
        return found

    def descendants(self) -> set[int]:
        return descendants(self.process.pid)

    def settings(self) -> dict[str, str]:
        file = json.loads((self.folder / "run.json").read_text())
        environment: dict[str, str] = file["environment"]
        return environment

    def end(self, number: int | None = None) -> tuple[int, str]:
        """Its exit code and stderr, after this signal if there is one."""
        if number is not None:
            self.process.send_signal(number)
        _, complaint = self.process.communicate(timeout=TIMEOUT_SECONDS)
        return self.process.returncode, complaint


def start_once(folder: Path) -> None:
    """With all logs: tests/e2e/test_logs.py reads them."""
    reserved = ReservedPort()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOG_LEVEL", "DEBUG")
        with started_run(folder, reserved.number) as run:
            output = run.wait_until_ready()
            assert run.end(signal.SIGTERM) == (0, "")
    reserved.close()
    assert "Creating the database (the first time only) ...\n" in output


@contextmanager
def started_run(
    folder: Path, port: int, command: Sequence[str] = COMMAND
) -> Iterator[RunUnderTest]:
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"DATA_DIR": str(folder), "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield RunUnderTest(folder, port, process)
        finally:
            process.send_signal(signal.SIGKILL)


@contextmanager
def copied_run(planted: Path, parent: Path) -> Iterator[RunUnderTest]:
    """One that is ready, on a copy of the data of an earlier one."""
    reserved = ReservedPort()
    folder = shutil.copytree(planted, parent / "data")
    with started_run(folder, reserved.number) as run:
        run.wait_until_ready()
        yield run
    reserved.close()
