"""Accounts and refresh tokens."""

from datetime import timedelta
from uuid import UUID

import asyncpg

from domain.accounts import Account, Login
from domain.people import Role
from persistence.pool import Pool

# lower() once more, by the database: its check constraint and its unique index then
# agree with us about every alphabet.
ADD = """
INSERT INTO accounts (email, name, role, password_hash)
VALUES (lower($1), $2, $3, $4)
ON CONFLICT (email) DO NOTHING
RETURNING id, email, name, role
"""

LOGIN = """
SELECT id, email, name, role, password_hash FROM accounts WHERE email = lower($1)
"""

FIND = "SELECT id, email, name, role FROM accounts WHERE id = $1"

# The lock waits for whoever is taking the account over from the one with the password.
REMEMBER_REFRESH = """
INSERT INTO refresh_tokens (token_hash, family_id, account_id, expires_at)
SELECT $1, $2, id, clock_timestamp() + $4::interval FROM accounts
WHERE id = $3 AND ($5::text IS NULL OR password_hash = $5) FOR SHARE
RETURNING account_id
"""


class PostgresAccounts:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add(self, email: str, name: str, password_hash: str) -> Account | None:
        row = await self._pool.fetchrow(ADD, email, name, Role.CUSTOMER, password_hash)
        return account_of(row) if row else None

    async def login(self, email: str) -> Login | None:
        row = await self._pool.fetchrow(LOGIN, email)
        return Login(account_of(row), row["password_hash"]) if row else None

    async def find(self, account_id: UUID) -> Account | None:
        row = await self._pool.fetchrow(FIND, account_id)
        return account_of(row) if row else None

    async def add_refresh_token(
        self,
        token_hash: bytes,
        family_id: UUID,
        account_id: UUID,
        period: timedelta,
        password_hash: str | None,
    ) -> bool:
        added = await self._pool.fetchval(
            REMEMBER_REFRESH, token_hash, family_id, account_id, period, password_hash
        )
        return added is not None


def account_of(row: asyncpg.Record) -> Account:
    return Account(
        id=row["id"], email=row["email"], name=row["name"], role=Role(row["role"])
    )
