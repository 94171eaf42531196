"""A Postgres primary and its standby, made by pg_basebackup."""

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from stack.embedded.child_process import ChildProcess
from stack.embedded.data_folder import DataFolder
from stack.embedded.launch import kill_tree
from stack.embedded.postgres import Postgres, binary
from stack.embedded.process_user import change_owner, unprivileged_user
from tests.support.embedded import ServerUnderTest

SETTINGS = ("--wal_level=replica", "--max_wal_senders=4", "--wal_keep_size=64MB")


class Replicating(Postgres):
    def command(self) -> list[str]:
        return [*super().command(), *SETTINGS]


class BaseBackup(ChildProcess):
    name = "Backup"

    def __init__(self, folder: DataFolder, of: str, into: Path) -> None:
        super().__init__(folder.logs, folder.lock)
        self.user = unprivileged_user()
        self._of = urlsplit(of)
        self._into = into

    def environment(self) -> Mapping[str, str]:
        return {**super().environment(), "PGPASSWORD": self._of.password or ""}

    def command(self) -> list[str]:
        there = (
            f"host={self._of.hostname} port={self._of.port} user={self._of.username}"
        )
        return [
            binary("pg_basebackup"),
            *(f"--dbname={there}", f"--pgdata={self._into}"),
            *("--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream"),
        ]

    def answers(self) -> bool:
        return self.exit_code() == 0

    def run(self) -> None:
        self.start()
        while self.exit_code() is None:
            time.sleep(0.01)
        if not self.answers():
            raise self.failure()


class Replicated:
    def __init__(self, primary: Replicating, standby: Replicating) -> None:
        self._urls = (primary.url, standby.url)
        self.primary = ServerUnderTest(primary)
        self.standby = ServerUnderTest(standby)

    @property
    def url(self) -> str:
        """Of both servers; it connects to the one that takes writes."""
        first, second = map(urlsplit, self._urls)
        where = f"{first.netloc},{second.hostname}:{second.port}"
        there = first._replace(netloc=where).geturl()
        return f"{there}?target_session_attrs=read-write"

    @property
    def standby_url(self) -> str:
        return self._urls[1]

    async def promote(self) -> None:
        await self.on_standby("SELECT pg_promote()")

    async def on_standby(self, statement: str) -> None:
        db = await asyncpg.connect(self.standby_url)
        await db.execute(statement)
        await db.close()


@contextmanager
def replicated_postgres(path: Path) -> Iterator[Replicated]:
    with ExitStack() as ending:

        def started(server: Replicating) -> Replicating:
            ending.callback(server.port.close)
            ending.callback(_end, server)
            server.start()
            server.wait_until_ready()
            return server

        here = ending.enter_context(DataFolder(path / "primary"))
        primary = Replicating(here)
        primary.create()
        started(primary)
        there = ending.enter_context(DataFolder(path / "standby"))
        _copy(primary, here, there)
        yield Replicated(primary, started(Replicating(there)))


def _end(server: Replicating) -> None:
    """Also ends the children of a frozen server: they would stay frozen."""
    if server.is_running():
        kill_tree(server.pid)
    server.kill()


def _copy(primary: Replicating, here: DataFolder, there: DataFolder) -> None:
    data = there.path / "postgres"
    shutil.copy(here.path / "postgres-password", there.path)
    change_owner(there.path / "postgres-password", primary.user)
    into = there.path / "copied"
    into.mkdir(mode=0o700)
    change_owner(into, primary.user)
    BaseBackup(there, primary.url, into).run()
    into.rename(data)
