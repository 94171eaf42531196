"""A Postgres primary and its standby, on copies of one data folder."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from stack.embedded.data_folder import DataFolder
from stack.embedded.launch import kill_tree
from tests.support.embedded import ForgetfulPostgres, ServerUnderTest

NAMES = ("primary", "standby")
SETTINGS = ("--wal_level=replica", "--max_wal_senders=4", "--wal_keep_size=64MB")


class Replicating(ForgetfulPostgres):
    def command(self) -> list[str]:
        return [*super().command(), *SETTINGS]


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
def replicated_postgres(path: Path, data: Path) -> Iterator[Replicated]:
    """`data` is the folder of a Replicating that has stopped."""
    with ExitStack() as ending:

        def started(server: Replicating) -> Replicating:
            ending.callback(server.port.close)
            ending.callback(_end, server)
            server.start()
            server.wait_until_ready()
            return server

        here, there = (shutil.copytree(data, path / name) for name in NAMES)
        primary = started(Replicating(ending.enter_context(DataFolder(here))))
        _follow(there / "postgres", primary.url)
        standby = started(Replicating(ending.enter_context(DataFolder(there))))
        yield Replicated(primary, standby)


def _follow(standby: Path, primary_url: str) -> None:
    url = urlsplit(primary_url)
    where = f"host={url.hostname} port={url.port} user={url.username}"
    with (standby / "postgresql.auto.conf").open("a") as file:
        file.write(f"primary_conninfo = '{where} password={url.password}'\n")
    (standby / "standby.signal").touch()


def _end(server: Replicating) -> None:
    """Also ends the children of a frozen server: they would stay frozen."""
    if server.is_running():
        kill_tree(server.pid)
    server.kill()
