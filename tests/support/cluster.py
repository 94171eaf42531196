"""The whole cluster, as `make cluster` starts it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stack.cluster.control import Control
from tests.support.run import RunUnderTest, started_run

COMMAND = (sys.executable, "-m", "app", "cluster")


@contextmanager
def started_cluster(
    folder: Path, port: int, compose_file: Path | None = None
) -> Iterator[tuple[RunUnderTest, Control]]:
    """Yields at once. When `wait_until_ready` returns, NGINX answers at `port`."""
    file = ("--file", str(compose_file)) if compose_file else ()
    with started_run(folder, port, (*COMMAND, *file, "run")) as run:
        yield run, Control(folder)
