"""`managers`: lists, adds and removes the people who may change the catalog."""

import asyncio
import os
from argparse import Namespace
from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.commands.outages import outages_explained
from domain.account import Account
from domain.email_addresses import known_address
from domain.people import Role
from persistence.people import managers
from persistence.postgres.connection import connect
from persistence.postgres.pool import Connection
from runtime import run_file
from runtime.errors import CommandError

T = TypeVar("T")

EFFECT = "It counts from the next sign-in or refresh on, in at most 15 minutes."


@outages_explained()
def run(arguments: Namespace) -> None:
    database_url = run_file.require(os.environ, "DATABASE_URL")
    if arguments.action == "list":
        print(*listed(database_url), sep="\n")
    else:
        role = Role.MANAGER if arguments.action == "add" else Role.CUSTOMER
        print(change(database_url, arguments.email, role))


def listed(database_url: str) -> list[str]:
    found = asyncio.run(_with_connection(database_url, managers.managers))
    return [f"{account.email}  {account.name}" for account in found]


def change(database_url: str, email: str, role: Role) -> str:
    """Says what has changed; raises CommandError if no account has the address."""
    address = known_address(email)
    if address is None:
        raise CommandError(f"{email!r} is not an e-mail address.")

    async def change_role(db: Connection) -> tuple[Account | None, Account | None]:
        changed = await managers.change_role(db, address, role)
        return changed, changed or await managers.find(db, address)

    changed, account = asyncio.run(_with_connection(database_url, change_role))
    if account is None:
        raise CommandError(f"Nobody has signed up as {address.text}.")
    now = f"{account.email} ({account.name}) is a {account.role.lower()}"
    return f"{now} now. {EFFECT}" if changed else f"{now} already: nothing has changed."


async def _with_connection(
    database_url: str, query: Callable[[Connection], Awaitable[T]]
) -> T:
    db = await connect(database_url)
    try:
        return await query(db)
    finally:
        await db.close()
