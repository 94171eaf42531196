"""Requests to verify an address, and their tokens."""

from uuid import UUID

from domain.account import Account
from domain.account_events import EmailVerificationRequested
from domain.account_tokens import TokenPurpose
from persistence.people.account_events import inserted_account_event
from persistence.people.accounts import ACCOUNT, account_of
from persistence.postgres.pool import Pool
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
LOCK = "SELECT FROM accounts WHERE id = $1 FOR NO KEY UPDATE"

USE_TOKEN = """
DELETE FROM account_tokens
WHERE token_hash = $1 AND account_id = $2 AND purpose = $3
  AND expires_at > clock_timestamp()
RETURNING email
"""  # noqa: S105 # SQL

# A mail to an older address of the account proves nothing about this one.
VERIFY = f"""
UPDATE accounts SET email_verified_at = coalesce(email_verified_at, clock_timestamp())
WHERE id = $1 AND email = $2
RETURNING {ACCOUNT}
"""  # noqa: S608 # constants


class PostgresAddresses:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def request_verification(self, account_id: UUID) -> None:
        await self._pool.execute(REQUEST, account_id, *origin.of_event())

    async def verify(self, account_id: UUID, token_hash: bytes) -> Account | None:
        purpose = TokenPurpose.VERIFY_EMAIL
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(LOCK, account_id)
            email = await db.fetchval(USE_TOKEN, token_hash, account_id, purpose)
            row = await db.fetchrow(VERIFY, account_id, email) if email else None
        return account_of(row) if row else None
