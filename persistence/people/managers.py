"""Managers: accounts that may change the catalog."""

from domain.accounts import Account
from domain.people import Role
from persistence.people.accounts import account_of
from persistence.postgres.pool import Connection

LIST = "SELECT id, email, name, role FROM accounts WHERE role = $1 ORDER BY email"

FIND = "SELECT id, email, name, role FROM accounts WHERE email = lower($1)"

CHANGE = """
UPDATE accounts SET role = $2 WHERE email = lower($1) AND role <> $2
RETURNING id, email, name, role
"""


async def managers(db: Connection) -> list[Account]:
    return [account_of(row) for row in await db.fetch(LIST, Role.MANAGER)]


async def find(db: Connection, email: str) -> Account | None:
    row = await db.fetchrow(FIND, email)
    return account_of(row) if row else None


async def change_role(db: Connection, email: str, role: Role) -> Account | None:
    """The changed account; None without an account, or if it has the role already."""
    row = await db.fetchrow(CHANGE, email, role)
    return account_of(row) if row else None
