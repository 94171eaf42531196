"""A helper process: one line of JSON for each request and for its reply."""

import json
import subprocess
import sys
from types import TracebackType
from typing import IO, Any, Self, cast

from runtime.errors import CommandError

FINISH_SECONDS = 30


class HelperProcess:
    """A module of ours; killed at the end of the `with` block."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._process = subprocess.Popen(  # noqa: S603 - one of our own modules
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._stdin = cast("IO[str]", self._process.stdin)
        self._stdout = cast("IO[str]", self._process.stdout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def request(self, message: Any) -> Any:
        """The reply; raises CommandError if the process ended."""
        print(json.dumps(message), file=self._stdin, flush=True)
        if line := self._stdout.readline():
            return json.loads(line)
        raise CommandError(f"{self._module} ended too soon.")

    def finish(self) -> Any:
        """Closes its stdin and returns what it prints before it exits."""
        out, _ = self._process.communicate(timeout=FINISH_SECONDS)
        if self._process.returncode:
            raise CommandError(f"{self._module} failed.")
        return json.loads(out)
