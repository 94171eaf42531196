"""One child process: started, asked, stopped, never left behind."""

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
    """The end of a pipe that only this process holds open; None: the kernel watches."""
    if sys.platform == "linux":
        return None
    reading, _ = os.pipe()
    return reading


class ChildProcess(ABC):
    """Subclasses say what to run and when it answers.

    The name is for people; the log gets all output. A child inherits the lock of the
    data folder, so that the folder counts as in use until the last child is gone.
    """

    name: str
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    death_signal: ClassVar[signal.Signals] = signal.SIGKILL
    prints: ClassVar[bool] = False  # its output is for the terminal, errors for the log
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
        """Whether it does its work by now; called while it runs."""

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
            # Linux ends the child together with the thread that started it.
            raise RuntimeError("services are started by the main thread")
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = self._spawn(log.fileno())

    def _spawn(self, log: int) -> "subprocess.Popen[bytes]":
        watched = lifeline()
        launcher = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid())]
        launcher += [str(int(self.death_signal)), self.user]
        launcher += [self._watching(watched)]
        return subprocess.Popen(  # noqa: S603 - our own servers
            [*launcher, *self.command()],
            stdin=self._stdin(),
            stdout=None if self.prints else log,
            stderr=log,
            cwd=Path(__file__).parents[2],
            env=self.environment(),
            pass_fds=[fd for fd in (self._lock, watched) if fd is not None],
            process_group=0,  # Ctrl-C in the terminal is for the supervisor alone
        )

    def _watching(self, lifeline: int | None) -> str:
        return "none" if lifeline is None else str(lifeline)

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
        """Raises CommandError when it ends instead, or takes far too long."""
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
        """After its stop signal; what does not end in time is killed."""
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
