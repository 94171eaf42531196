"""A child process: its start, its state, its end; it never outlives us."""

import os
import signal
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import ClassVar

from runtime.errors import CommandError
from stack.embedded import launch
from stack.embedded.process_user import ProcessUser

START_SECONDS = 60
STOP_SECONDS = 10
LOG_BYTES = 10_000_000
LAST_LINES = 5

Pause = Callable[[float], None]


@cache
def lifeline() -> int | None:
    """A pipe that ends when this process ends; None on Linux: the kernel signals."""
    if sys.platform == "linux":
        return None
    reading, _ = os.pipe()
    return reading


class ChildProcess(ABC):
    """Subclasses define the command, and how to see that it works.

    The name is for people; the log gets all output. A child inherits the lock of the
    data folder, so that the folder is in use until the last child has ended.
    """

    name: str
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    death_signal: ClassVar[signal.Signals] = signal.SIGKILL
    prints: ClassVar[bool] = False  # stdout goes to the terminal, stderr to the log
    start_seconds: ClassVar[float] = START_SECONDS
    stop_seconds: ClassVar[float] = STOP_SECONDS
    user: ProcessUser = ProcessUser.SELF

    def __init__(self, logs: Path, lock: int) -> None:
        self.log = logs / f"{self.name.lower()}.log"
        self._lock = lock
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @abstractmethod
    def command(self) -> list[str]: ...

    @abstractmethod
    def answers(self) -> bool:
        """Whether it works by now; called while it runs."""

    def environment(self) -> Mapping[str, str]:
        return {"LC_ALL": "C", "TZ": "UTC"}

    @property
    def pid(self) -> int:
        return self._started.pid

    @property
    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._process

    def start(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            # Linux ends a child together with the thread that started it.
            raise RuntimeError("only the main thread starts child processes")
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = self._spawn(log.fileno())

    def _spawn(self, log: int) -> "subprocess.Popen[bytes]":
        pipe = lifeline()
        launcher = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid())]
        launcher += [str(int(self.death_signal)), self.user]
        launcher += [self._lifeline_argument(pipe)]
        return subprocess.Popen(  # noqa: S603 - our own servers
            [*launcher, *self.command()],
            stdin=self._stdin(),
            stdout=None if self.prints else log,
            stderr=log,
            cwd=Path(__file__).parents[2],
            env=self.environment(),
            pass_fds=[fd for fd in (self._lock, pipe) if fd is not None],
            process_group=0,  # Ctrl-C in the terminal reaches only us
        )

    def _lifeline_argument(self, pipe: int | None) -> str:
        return "none" if pipe is None else str(pipe)

    def _stdin(self) -> int:
        return subprocess.DEVNULL

    def exit_code(self) -> int | None:
        """The exit code, negative for a signal; None while it runs or never ran."""
        return None if self._process is None else self._process.poll()

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def log_since_start(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def wait_until_ready(self, pause: Pause = time.sleep) -> None:
        """Raises CommandError when it ends instead, or takes too long."""
        until = time.monotonic() + self.start_seconds
        while self.exit_code() is None and time.monotonic() < until:
            if self.answers():
                return
            pause(0.01)
        raise self.failure()

    def failure(self) -> CommandError:
        code = self.exit_code()
        how = (
            f"within {self.start_seconds} s" if code is None else f"(exit code {code})"
        )
        return CommandError(
            f"{self.name} did not come up {how}: "
            f"read why in {self.log}, and try again when that is mended. It ends:\n"
            + "\n".join(self.log_since_start().splitlines()[-LAST_LINES:])
        )

    def signal(self, number: int) -> None:
        if self.is_running():
            self._started.send_signal(number)

    def wait_until_ended(self, pause: Pause = time.sleep) -> None:
        """After its stop signal; kills it if it takes too long."""
        until = time.monotonic() + self.stop_seconds
        while self.is_running() and time.monotonic() < until:
            pause(0.01)
        self.kill()

    def stop(self, pause: Pause = time.sleep) -> None:
        self.signal(self.stop_signal)
        self.wait_until_ended(pause)

    def kill(self) -> None:
        if self.is_running():
            os.killpg(self.pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
