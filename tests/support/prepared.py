"""Folders that take long to make: made once in a test run, and copied."""

import asyncio
import fcntl
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from persistence import migrate
from stack.embedded.data_folder import DataFolder
from tests.support.replicated import Replicating

MIGRATED = "migrated"


def prepared(
    temporary: pytest.TempPathFactory, name: str, make: Callable[[Path], None]
) -> Path:
    """The folder that `make` has filled; of several processes the first one makes it.

    It is copied before a server starts on it.
    """
    shared = temporary.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, unfinished = shared / name, shared / f"{name}.unfinished"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(folder)
    return folder


def make_postgres(path: Path) -> None:
    """Migrated, with a second database MIGRATED for copies, and stopped."""
    with DataFolder(path) as folder:
        postgres = Replicating(folder)  # a standby can start on it, too
        postgres.create()
        postgres.start()
        try:
            postgres.wait_until_ready()
            migrate.upgrade(postgres.url)
            asyncio.run(_copy_database(postgres.url))
        finally:
            postgres.stop()
            postgres.port.close()


async def _copy_database(url: str) -> None:
    server = await asyncpg.connect(url_of("template1", url))
    await server.execute(f"CREATE DATABASE {MIGRATED} TEMPLATE postgres")
    await server.close()


@asynccontextmanager
async def copied_database(server_url: str, template: str) -> AsyncIterator[str]:
    """The URL of a database that is dropped at the end."""
    name = f"scratch_{uuid4().hex}"
    server = await asyncpg.connect(server_url)
    # Without the strategy every page would go through the log.
    await server.execute(
        f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"
    )
    yield url_of(name, server_url)
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()


def url_of(name: str, server_url: str) -> str:
    return f"{server_url.rpartition('/')[0]}/{name}"
