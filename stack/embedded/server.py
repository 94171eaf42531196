"""A child process that listens on a loopback port of its own."""

import contextlib
import time
from pathlib import Path

from runtime.errors import CommandError
from stack.embedded.child_process import ChildProcess, Pause
from stack.embedded.ports import ReservedPort, is_taken

ATTEMPTS = 5


class Server(ChildProcess):
    """Subclasses read `self.port.number` at each start.

    The port may change until the server has started once, and stays from then on.
    """

    def __init__(self, logs: Path, lock: int) -> None:
        super().__init__(logs, lock)
        self.port = ReservedPort()

    def wait_until_ready(self, pause: Pause = time.sleep) -> None:
        """Takes another port if another process was quicker with this one."""
        for _ in range(ATTEMPTS):
            with contextlib.suppress(CommandError):
                return super().wait_until_ready(pause)
            if self.exit_code() is None or not is_taken(self.log_since_start()):
                break
            self.port.close()
            self.port = ReservedPort()
            self.start()
        raise self.failure()
