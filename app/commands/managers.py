"""`managers`: lists, appoints and removes managers, cashiers and ushers."""

import asyncio
import os
from argparse import Namespace
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar
from uuid import UUID

from app.commands.outages import outages_explained
from domain.email_addresses import known_address
from domain.people import Role
from persistence.people import managers
from persistence.people.managers import Appointed, Appointment, StaffMember
from persistence.postgres.connection import connect
from persistence.postgres.pool import Connection
from runtime import run_file
from runtime.errors import CommandError

T = TypeVar("T")

EFFECT = "It counts from the next sign-in or refresh on, in at most 15 minutes."
AT_ONCE = "It counts at once."
EVERYWHERE = "all cinemas"


@outages_explained()
def run(arguments: Namespace) -> None:
    database_url = run_file.require(os.environ, "DATABASE_URL")
    if arguments.action == "list":
        print(*listed(database_url), sep="\n")
    elif arguments.action == "add":
        role = Role(arguments.role.upper())
        print(change(database_url, arguments.email, role, arguments.cinema))
    else:
        print(change(database_url, arguments.email, Role.CUSTOMER))


def listed(database_url: str) -> list[str]:
    return [
        f"{each.account.email}  {each.account.name}  {_position(each)}"
        for each in asyncio.run(_with_connection(database_url, managers.staff))
    ]


def change(
    database_url: str, email: str, role: Role, cinemas: Sequence[str] = ()
) -> str:
    """Says what has changed.

    Without cinemas a manager manages the whole network. Raises CommandError if no
    account has the address, or a cinema is unknown.
    """
    address = known_address(email)
    if address is None:
        raise CommandError(f"{email!r} is not an e-mail address.")
    if not cinemas and role in {Role.CASHIER, Role.USHER}:
        raise CommandError(f"Name the cinemas of this {role.lower()} with --cinema.")

    async def appoint(db: Connection) -> Appointed | None:
        ids = frozenset([await _cinema_id(db, each) for each in cinemas])
        return await managers.appoint(
            db, address, Appointment(role=role, cinema_ids=ids)
        )

    appointed = asyncio.run(_with_connection(database_url, appoint))
    if appointed is None:
        raise CommandError(f"Nobody has signed up as {address.text}.")
    return _news(appointed, _place(role, cinemas))


async def _cinema_id(db: Connection, wanted: str) -> UUID:
    ids = await managers.cinemas_named(db, wanted)
    if not ids:
        raise CommandError(f"There is no cinema {wanted!r}.")
    if len(ids) > 1:
        named = ", ".join(map(str, ids))
        raise CommandError(f"Several cinemas are called {wanted!r}: {named}.")
    return ids[0]


def _news(appointed: Appointed, place: str) -> str:
    account = appointed.account
    article = "an" if account.role is Role.USHER else "a"
    role = f"{article} {account.role.lower()}{place}"
    now = f"{account.email} ({account.name}) is {role}"
    if appointed.role_changed:
        return f"{now} now. {EFFECT}"
    if appointed.cinemas_changed:
        return f"{now} now. {AT_ONCE}"
    return f"{now} already: nothing has changed."


def _place(role: Role, cinemas: Sequence[str]) -> str:
    if role is Role.CUSTOMER:
        return ""
    return f" of {', '.join(cinemas) or EVERYWHERE}"


def _position(member: StaffMember) -> str:
    cinemas = EVERYWHERE if member.cinemas is None else ", ".join(member.cinemas)
    return f"{member.account.role.lower()} of {cinemas or 'no cinema'}"


async def _with_connection(
    database_url: str, query: Callable[[Connection], Awaitable[T]]
) -> T:
    db = await connect(database_url)
    try:
        return await query(db)
    finally:
        await db.close()
