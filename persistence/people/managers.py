"""Managers: accounts that may change the catalog."""

from domain.account import Account
from domain.email_addresses import EmailAddress
from domain.people import Role
from persistence.people.accounts import OF_ADDRESS, account_of
from persistence.postgres.pool import Connection

LIST = "SELECT id, email, name, role FROM accounts WHERE role = $1 ORDER BY email"

FIND = f"SELECT id, email, name, role FROM accounts {OF_ADDRESS}"  # noqa: S608 # constants

CHANGE = f"""
UPDATE accounts SET role = $3
WHERE id = (SELECT id FROM accounts {OF_ADDRESS}) AND role <> $3
RETURNING id, email, name, role
"""  # noqa: S608 # constants


async def managers(db: Connection) -> list[Account]:
    return [account_of(row) for row in await db.fetch(LIST, Role.MANAGER)]


async def find(db: Connection, email: EmailAddress) -> Account | None:
    row = await db.fetchrow(FIND, email.text, email.key)
    return account_of(row) if row else None


async def change_role(
    db: Connection, email: EmailAddress, role: Role
) -> Account | None:
    """The changed account; None without an account, or if it has the role already."""
    row = await db.fetchrow(CHANGE, email.text, email.key, role)
    return account_of(row) if row else None
