"""Requests to verify an address, and their tokens."""

from uuid import UUID

import asyncpg

from domain.account import Account
from domain.account_events import EmailVerificationRequested
from domain.account_tokens import TokenPurpose
from persistence.people.account_events import inserted_account_event
from persistence.people.accounts import ACCOUNT, account_of
from persistence.people.identities import DELETE_CODES
from persistence.postgres.pool import Connection, Pool
from persistence.sales.event_sql import ORIGIN
from telemetry import origin

REQUEST = f"""
WITH {ORIGIN.format("$2", "$3")},
unverified AS (
    SELECT id FROM accounts WHERE id = $1 AND email_verified_at IS NULL
),
{inserted_account_event("unverified", EmailVerificationRequested)}
SELECT FROM unverified
"""  # noqa: S608 # constants

# The account's row is locked first, as everywhere.
LOCK = "SELECT FROM accounts WHERE id = $1 FOR UPDATE"

USE_TOKEN = """
DELETE FROM account_tokens
WHERE token_hash = $1 AND account_id = $2 AND purpose = $3
  AND expires_at > clock_timestamp()
RETURNING email
"""  # noqa: S105 # SQL

VERIFY = f"""
UPDATE accounts SET email_verified_at = coalesce(email_verified_at, clock_timestamp())
WHERE id = $1 AND email = $2
RETURNING {ACCOUNT}
"""  # noqa: S608 # constants

# The token proves the requested address. The row stays, for the mail to the old one.
CHANGE = f"""
UPDATE accounts SET email = change.new_email, email_key = change.new_email_key,
    email_verified_at = clock_timestamp()
FROM address_changes change
WHERE id = $1 AND change.account_id = id AND change.new_email = $2
RETURNING {ACCOUNT}
"""  # noqa: S608 # constants


class PostgresAddresses:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def request_verification(self, account_id: UUID) -> None:
        await self._pool.execute(REQUEST, account_id, *origin.of_event())

    async def verify(self, account_id: UUID, token_hash: bytes) -> Account | None:
        try:
            async with self._pool.acquire() as db, db.transaction():
                return await _verify(db, account_id, token_hash)
        except asyncpg.UniqueViolationError:  # another account has the new address
            return None


async def _verify(
    db: Connection, account_id: UUID, token_hash: bytes
) -> Account | None:
    await db.execute(LOCK, account_id)
    purpose = TokenPurpose.VERIFY_EMAIL
    email = await db.fetchval(USE_TOKEN, token_hash, account_id, purpose)
    if email is None:
        return None
    row = await db.fetchrow(VERIFY, account_id, email)
    if row is None:
        row = await db.fetchrow(CHANGE, account_id, email)
        # Codes that went to the old address count no more.
        await db.execute(DELETE_CODES, account_id)
    return account_of(row) if row else None
