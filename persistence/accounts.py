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

REMEMBER_REFRESH = """
INSERT INTO refresh_tokens (token_hash, family_id, account_id, expires_at)
VALUES ($1, $2, $3, clock_timestamp() + $4::interval)
"""


class PostgresAccounts:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add(self, email: str, name: str, password_hash: str) -> Account | None:
        row = await self._pool.fetchrow(ADD, email, name, Role.CUSTOMER, password_hash)
        return _account(row) if row else None

    async def login(self, email: str) -> Login | None:
        row = await self._pool.fetchrow(LOGIN, email)
        return Login(_account(row), row["password_hash"]) if row else None

    async def find(self, account_id: UUID) -> Account | None:
        row = await self._pool.fetchrow(FIND, account_id)
        return _account(row) if row else None

    async def add_refresh_token(
        self, token_hash: bytes, family_id: UUID, account_id: UUID, period: timedelta
    ) -> None:
        await self._pool.execute(
            REMEMBER_REFRESH, token_hash, family_id, account_id, period
        )


def _account(row: asyncpg.Record) -> Account:
    return Account(
        id=row["id"], email=row["email"], name=row["name"], role=Role(row["role"])
    )
