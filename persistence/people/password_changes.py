"""New passwords. Each ends all sign-ins of its account, in one transaction."""

from uuid import UUID

from domain.account import Account, Login
from domain.account_events import PasswordResetRequested
from domain.account_tokens import TokenPurpose
from domain.email_addresses import EmailAddress
from persistence.people.account_events import inserted_account_event
from persistence.people.accounts import ACCOUNT, OF_ADDRESS, account_of
from persistence.people.identities import SHUT_OUT
from persistence.postgres.pool import Connection, Pool
from persistence.sales.event_sql import ORIGIN
from telemetry import origin

# One row, and one event, whether or not an account has the address: neither the answer
# nor the time shows which.
REQUEST = f"""
WITH {ORIGIN.format("$3", "$4")},
found AS (SELECT (SELECT id FROM accounts {OF_ADDRESS}) AS id),
{inserted_account_event("found", PasswordResetRequested)}
SELECT FROM found
"""  # noqa: S608 # constants

GOOD_TOKEN = f"""
token_hash = $1 AND purpose = '{TokenPurpose.RESET_PASSWORD}'
AND expires_at > clock_timestamp()"""

HOLDER = f"""
SELECT {ACCOUNT} FROM accounts
WHERE id = (SELECT account_id FROM account_tokens WHERE {GOOD_TOKEN})
"""  # noqa: S608 # constants

# FOR UPDATE: who is just signing in or refreshing is waited for, and the statements
# below see their tokens.
LOCK_HOLDER = f"""
SELECT id FROM accounts
WHERE id = (SELECT account_id FROM account_tokens WHERE {GOOD_TOKEN}) FOR UPDATE
"""  # noqa: S608 # constants
LOCK = "SELECT FROM accounts WHERE id = $1 FOR UPDATE"

USE_TOKEN = f"DELETE FROM account_tokens WHERE {GOOD_TOKEN} RETURNING email"  # noqa: S608 # constants

# A token proves the address that it was sent to, and no other.
SET_FORGOTTEN = f"""
UPDATE accounts SET password_hash = $2,
    email_verified_at = coalesce(email_verified_at, clock_timestamp())
WHERE id = $1 AND email = $3
RETURNING {ACCOUNT}
"""  # noqa: S608 # constants

LOGIN = f"SELECT {ACCOUNT}, password_hash FROM accounts WHERE id = $1"  # noqa: S608 # constants

CHANGE = """
UPDATE accounts SET password_hash = $3
WHERE id = $1 AND password_hash = $2
RETURNING TRUE
"""  # SQL


class PostgresPasswordChanges:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def request_reset(self, email: EmailAddress) -> None:
        await self._pool.execute(REQUEST, email.text, email.key, *origin.of_event())

    async def holder_of(self, token_hash: bytes) -> Account | None:
        row = await self._pool.fetchrow(HOLDER, token_hash)
        return account_of(row) if row else None

    async def reset(self, token_hash: bytes, new_hash: str) -> Account | None:
        async with self._pool.acquire() as db, db.transaction():
            account_id = await db.fetchval(LOCK_HOLDER, token_hash)
            email = await db.fetchval(USE_TOKEN, token_hash) if account_id else None
            if email is None:
                return None
            row = await db.fetchrow(SET_FORGOTTEN, account_id, new_hash, email)
            if row is None:
                return None
            await _end_sign_ins(db, account_id)
        return account_of(row)

    async def login_of(self, account_id: UUID) -> Login | None:
        row = await self._pool.fetchrow(LOGIN, account_id)
        return Login(account_of(row), row["password_hash"]) if row else None

    async def change(
        self, account_id: UUID, old_hash: str | None, new_hash: str
    ) -> bool:
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(LOCK, account_id)
            if not await db.fetchval(CHANGE, account_id, old_hash, new_hash):
                return False
            await _end_sign_ins(db, account_id)
        return True


async def _end_sign_ins(db: Connection, account_id: UUID) -> None:
    """A stranger may have signed in, from a network that is known by now."""
    for statement in SHUT_OUT:
        await db.execute(statement, account_id)
