"""One of our programs as a child process that faults kill, freeze and restart."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from runtime.errors import CommandError
from stack.embedded import launch
from tests.support.run import ROOT

START_SECONDS = 60.0
POLL_SECONDS = 0.05
LAST_LINES = 20


class ProgramProcess:
    """Signals go to its whole process group."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> None:
        self._command = list(command)
        self._environment = {**os.environ, **environment}
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *wrapper: str) -> None:
        """`wrapper`: a module that changes the program first, and its options."""
        module = wrapper or ("app",)
        watched = [str(os.getpid()), str(int(signal.SIGKILL)), "self", "none"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-S", launch.__file__, *watched),
                    *(sys.executable, "-m", *module, *self._command),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=self._environment,
                process_group=0,
            )

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    async def wait_until_ended(self) -> None:
        """Raises CommandError when that takes too long."""
        if self._process is None:
            return
        try:
            await asyncio.to_thread(self._process.wait, START_SECONDS)
        except subprocess.TimeoutExpired as late:
            raise CommandError(f"not ended: {_last_lines(self)}") from late

    def signal(self, number: signal.Signals) -> None:
        if self._process is not None and self.is_running():
            os.killpg(self._process.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.signal(signal.SIGCONT)
        if self._process is not None:
            self._process.wait()


async def until(
    condition: Callable[[], Awaitable[object]], programs: Sequence[ProgramProcess]
) -> None:
    """Waits for what these programs bring about.

    Raises CommandError, with their last lines, if they end instead or take too long.
    """
    late = time.monotonic() + START_SECONDS
    while not await condition():
        ended = [each for each in programs if not each.is_running()]
        if ended or time.monotonic() > late:
            how = "ended" if ended else f"not ready after {START_SECONDS:.0f} s"
            last = "\n".join(map(_last_lines, ended or programs))
            raise CommandError(f"{how}: {last}")
        await asyncio.sleep(POLL_SECONDS)


def _last_lines(program: ProgramProcess) -> str:
    lines = program.log.read_text("utf-8", errors="replace").splitlines()
    return "\n  ".join([program.log.stem, *lines[-LAST_LINES:]])
