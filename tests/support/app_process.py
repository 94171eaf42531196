"""An API or worker as a process, on servers that already run."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from stack.embedded.ports import ReservedPort, has_page
from tests.support.run import ROOT

PATIENCE_SECONDS = 60


class AppProcess:
    """`python -m app serve` or `worker`; it can be started again after it ended."""

    def __init__(self, command: str, environment: Mapping[str, str], log: Path) -> None:
        self.port = ReservedPort()
        self._command = [sys.executable, "-m", "app", command]
        self._environment = os.environ | environment | {"PORT": str(self.port.number)}
        self._log = log
        self._serves = command == "serve"
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port.number}"

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )

    def is_ready(self) -> bool:
        assert self._process.poll() is None, self._log.read_text()
        if self._serves:
            return has_page("/readyz", self.port.number)
        return b"the worker starts" in self._log.read_bytes()

    def wait_until_ready(self) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while not self.is_ready():
            assert time.monotonic() < until, self._log.read_text()
            time.sleep(0.05)

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self) -> int:
        return self._process.wait(PATIENCE_SECONDS)

    def restart(self) -> None:
        """Stops it with SIGTERM and starts it, as a rolling upgrade does."""
        self.send(signal.SIGTERM)
        assert self.wait() in {0, -signal.SIGTERM}, self._log.read_text()
        self.start()
        self.wait_until_ready()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self.port.close()


@contextmanager
def app_process(
    command: str, environment: Mapping[str, str], log: Path
) -> Iterator[AppProcess]:
    process = AppProcess(command, environment, log)
    try:
        yield process
    finally:
        process.end()
