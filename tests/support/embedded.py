"""Temporary servers for tests, and their faults."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stack.embedded.data_folder import DataFolder
from stack.embedded.postgres import Postgres
from stack.embedded.server import Server
from stack.embedded.servers import EmbeddedServers
from tests.support.processes import descendants, wait_until_gone

ENDING_SECONDS = 5.0


class ServerUnderTest:
    """Call it from the main thread: the kernel ends a server with its thread.

    Its calls return when the thing is done, after some 10 to 200 ms. A stopped or
    killed server starts again on the same port; the broker then is empty.
    """

    def __init__(self, server: Server) -> None:
        self._server = server

    @property
    def port(self) -> int:
        return self._server.port.number

    @property
    def pid(self) -> int:
        return self._server.pid

    def start(self) -> None:
        self._server.start()
        self._server.wait_until_ready()

    def stop(self) -> None:
        """Gracefully: clients see their connections close."""
        self._server.stop()

    def kill(self) -> None:
        """As `kill -9` does. Its own processes end soon, and have its memory till then.

        Frozen ones do not end.
        """
        own = descendants(self.pid)
        self._server.kill()
        wait_until_gone(own, ENDING_SECONDS)

    def pause(self) -> None:
        """Freeze it with all its processes: connections stay open and silent."""
        for pid in (self.pid, *descendants(self.pid)):
            os.kill(pid, signal.SIGSTOP)

    def resume(self) -> None:
        for pid in (*descendants(self.pid), self.pid):
            os.kill(pid, signal.SIGCONT)


class ForgetfulPostgres(Postgres):
    """A power cut is none of the faults of our tests, and slow disks delay commits."""

    def command(self) -> list[str]:
        return [*super().command(), "--fsync=off"]


class EmbeddedStack:
    def __init__(self, stack: EmbeddedServers) -> None:
        self._stack = stack
        self.postgres = ServerUnderTest(stack.postgres)
        self.valkey = ServerUnderTest(stack.valkey)
        self.broker = ServerUnderTest(stack.broker)

    @property
    def database_url(self) -> str:
        return self._stack.postgres.url

    @property
    def redis_url(self) -> str:
        return self._stack.valkey.url

    @property
    def kafka_bootstrap(self) -> str:
        return self._stack.broker.bootstrap_servers

    @property
    def environment(self) -> dict[str, str]:
        """Settings for our processes on these servers, without the signing key."""
        return self._stack.environment()


@contextmanager
def embedded_stack(path: Path, data: Path | None = None) -> Iterator[EmbeddedStack]:
    """All three servers in this folder; on a copy of `data` for quick tests."""
    if data is not None:
        shutil.copytree(data, path)
    with DataFolder(path) as folder:
        postgres = Postgres(folder) if data is None else ForgetfulPostgres(folder)
        stack = EmbeddedServers(folder, postgres)
        try:
            stack.start()
            yield EmbeddedStack(stack)
        finally:
            stack.kill()  # the data is not read again: no graceful stop
            stack.close()
