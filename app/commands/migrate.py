"""`migrate`: brings the database to the newest version, or shows what that changes."""

import asyncio
import os
from argparse import Namespace
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from app.commands.outages import outages_explained
from app.settings import MigrateSettings
from persistence import migrate
from persistence.postgres import grants
from runtime import run_file
from runtime.errors import CommandError

# The URL of the role that owns the tables, where the processes use another role.
OWNER = "DATABASE_OWNER_URL"


@outages_explained()
def run(arguments: Namespace) -> None:
    database_url, owner_url = database_urls(os.environ)
    if arguments.check:
        check(owner_url)
        return
    migrate.upgrade(owner_url, first_cinema=MigrateSettings.load().first_cinema())
    give_rights(owner_url, database_url)
    print("The database is at the newest version.")


def check(owner_url: str) -> None:
    """Raises CommandError if a row would become the same as another one."""
    findings = asyncio.run(migrate.findings(owner_url))
    print(*findings, sep="\n", end="\n" if findings else "")
    collisions = sum(found.taken_by is not None for found in findings)
    print(f"Rows that change: {len(findings) - collisions}. Nothing was changed.")
    if collisions:
        raise CommandError(
            f"Rows that would become the same as another one: {collisions}."
        )


def database_urls(environ: Mapping[str, str]) -> tuple[str, str]:
    """The URLs of the processes' role and of the owner, for the same database."""
    database_url = run_file.require(environ, "DATABASE_URL")
    if not environ.get("DATABASE_URL"):
        environ = run_file.environment(environ)
    return database_url, environ.get(OWNER) or database_url


def give_rights(owner_url: str, database_url: str) -> None:
    """Lets the processes' role use the tables, if it is not their owner."""
    if owner_url == database_url:
        return
    role = urlsplit(database_url).username
    if role is None:
        raise CommandError("DATABASE_URL names no user. Add one that is not the owner.")
    asyncio.run(grants.grant(owner_url, unquote(role)))
