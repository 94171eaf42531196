"""The staff: managers, cashiers and ushers, and the cinemas that they work in."""

from dataclasses import dataclass, replace
from uuid import UUID

from domain.account import Account
from domain.email_addresses import EmailAddress
from domain.people import Role
from domain.text import folded
from persistence.people.accounts import ACCOUNT, OF_ADDRESS, account_of
from persistence.postgres.pool import Connection

STAFF = """
SELECT a.id, a.email, a.name, a.role, a.works_locally, a.locale,
       a.email_verified_at IS NOT NULL AS email_verified,
       array_remove(array_agg(c.name ORDER BY c.name_key, c.id), NULL) AS cinemas
FROM accounts a
LEFT JOIN memberships m ON m.account_id = a.id
LEFT JOIN cinemas c ON c.id = m.cinema_id
WHERE a.role <> 'CUSTOMER'
GROUP BY a.id ORDER BY a.email
"""

CINEMAS = "SELECT id, name FROM cinemas ORDER BY name_key, id"

LOCK = f"""
SELECT {ACCOUNT}, works_locally FROM accounts
WHERE id = (SELECT id FROM accounts {OF_ADDRESS}) FOR NO KEY UPDATE
"""  # noqa: S608 # constants

CHANGE = "UPDATE accounts SET role = $2, works_locally = $3 WHERE id = $1"
CINEMA_IDS = "SELECT cinema_id FROM memberships WHERE account_id = $1"
LEAVE = "DELETE FROM memberships WHERE account_id = $1"
JOIN = "INSERT INTO memberships (account_id, cinema_id) SELECT $1, unnest($2::uuid[])"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    account: Account
    cinemas: tuple[str, ...] | None  # their names; None: all of the network


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """What somebody shall be: in these cinemas, or without any in all of them."""

    role: Role
    cinema_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointed:
    account: Account  # as it is now
    role_changed: bool
    cinemas_changed: bool


async def staff(db: Connection) -> list[StaffMember]:
    members = []
    for row in await db.fetch(STAFF):
        account = account_of(row)
        is_local = row["works_locally"] or account.role is not Role.MANAGER
        cinemas = tuple(row["cinemas"]) if is_local else None
        members.append(StaffMember(account=account, cinemas=cinemas))
    return members


async def cinemas_named(db: Connection, wanted: str) -> list[UUID]:
    """By id or by name: case and accents do not count. Names may be the same."""
    return [
        row["id"]
        for row in await db.fetch(CINEMAS)
        if wanted == str(row["id"]) or folded(wanted) == folded(row["name"])
    ]


async def appoint(
    db: Connection, email: EmailAddress, wanted: Appointment
) -> Appointed | None:
    """None: no account has the address."""
    async with db.transaction():
        row = await db.fetchrow(LOCK, email.text, email.key)
        if row is None:
            return None
        account = account_of(row)
        known = await db.fetch(CINEMA_IDS, account.id)
        works_locally = bool(wanted.cinema_ids)
        cinema_ids = frozenset(each["cinema_id"] for each in known)
        await db.execute(CHANGE, account.id, wanted.role, works_locally)
        await db.execute(LEAVE, account.id)
        await db.execute(JOIN, account.id, list(wanted.cinema_ids))
    return Appointed(
        account=replace(account, role=wanted.role),
        role_changed=account.role is not wanted.role,
        cinemas_changed=cinema_ids != wanted.cinema_ids
        or row["works_locally"] != works_locally,
    )
