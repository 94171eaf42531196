"""One of our programs as a child process that faults kill, freeze and restart."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from stack.embedded import launch
from tests.support.run import ROOT


class ProgramProcess:
    """Signals go to its whole process group."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> None:
        self._command = list(command)
        self._environment = {**os.environ, **environment}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *wrapper: str) -> None:
        """`wrapper`: a module that changes the program first, and its options."""
        module = wrapper or ("app",)
        watched = [str(os.getpid()), str(int(signal.SIGKILL)), "self", "none"]
        with self._log.open("ab") as log:
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

    def signal(self, number: signal.Signals) -> None:
        if self._process is not None and self.is_running():
            os.killpg(self._process.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.signal(signal.SIGCONT)
        if self._process is not None:
            self._process.wait()
