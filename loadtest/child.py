"""A helping process, spoken to in lines of JSON; it ends with whoever started it."""

import json
import subprocess
import sys
from types import TracebackType
from typing import IO, Any, Self, cast

from runtime.errors import CommandError

LEAVING_SECONDS = 30


class Child:
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

    def ask(self, question: Any) -> Any:
        """The line that it answers with."""
        print(json.dumps(question), file=self._stdin, flush=True)
        if line := self._stdout.readline():
            return json.loads(line)
        raise CommandError(f"{self._module} ended too soon.")

    def dismiss(self) -> Any:
        """Its last word, after its stdin was closed."""
        out, _ = self._process.communicate(timeout=LEAVING_SECONDS)
        if self._process.returncode:
            raise CommandError(f"{self._module} failed.")
        return json.loads(out)
