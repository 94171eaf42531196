"""Changes of accounts, and their erasure."""

from uuid import UUID

from domain.account import Account, Login
from domain.account_events import EmailChangeAnnounced, EmailChangeRequested
from domain.account_tokens import MAX_OPEN_TOKENS, TokenPurpose
from domain.profiles import AccountInUseError, ProfileChange
from persistence.people.account_events import inserted_account_event
from persistence.people.accounts import ACCOUNT, account_of
from persistence.people.export import export
from persistence.people.identities import (
    DELETE_CODES,
    DELETE_NETWORKS,
    DELETE_TOKENS,
)
from persistence.people.password_changes import LOGIN
from persistence.postgres.pool import Connection, Pool
from persistence.sales.event_sql import ORIGIN
from telemetry import origin

CHANGE = f"""
UPDATE accounts SET name = coalesce($2, name), locale = coalesce($3, locale)
WHERE id = $1 AND erased_at IS NULL
RETURNING {ACCOUNT}
"""  # noqa: S608 # constants

# The same address in another spelling is no change. Whether another account has the
# address is found out by the worker: only its owner learns it. Without another code
# there is no request, and no mail to the old address: strangers cannot fill a mailbox.
# Who was not informed yet of the last change still has to be.
REQUEST_EMAIL = f"""
WITH {ORIGIN.format("$4", "$5")},
requested AS (
    INSERT INTO address_changes AS change
        (account_id, old_email, new_email, new_email_key)
    SELECT id, email, lower($2), $3 FROM accounts
    WHERE id = $1 AND email <> lower($2) AND email_key IS DISTINCT FROM $3
      AND $6 > (
        SELECT count(*) FROM account_tokens
        WHERE account_id = $1 AND purpose = '{TokenPurpose.VERIFY_EMAIL}'
          AND expires_at > clock_timestamp())
    ON CONFLICT (account_id) DO UPDATE
    SET old_email = CASE WHEN EXISTS (
            SELECT FROM outbox
            WHERE session_id = $1 AND type = '{EmailChangeAnnounced.__name__}'
            UNION ALL
            SELECT FROM notices
            WHERE data->>'account_id' = $1::uuid::text AND result IS NULL
              AND type = '{EmailChangeAnnounced.__name__}')
        THEN change.old_email ELSE excluded.old_email END,
        new_email = excluded.new_email,
        new_email_key = excluded.new_email_key, requested_at = clock_timestamp()
    RETURNING account_id AS id
),
{inserted_account_event("requested", EmailChangeRequested)},
{inserted_account_event("requested", EmailChangeAnnounced)}
SELECT FROM requested
"""  # noqa: S608 # constants

# Not FOR UPDATE: a sale that is under way inserts rows that refer to the account, and
# is waited for below.
LOCK = """
SELECT FROM accounts
WHERE id = $1 AND erased_at IS NULL AND password_hash IS NOT DISTINCT FROM $2
FOR NO KEY UPDATE
"""
# In the order of ids, as everywhere. Who is just paying goes first, or is refused.
LOCK_RESERVATIONS = """
SELECT id FROM reservations WHERE customer_id = $1 ORDER BY id FOR UPDATE
"""
IN_USE = """
SELECT EXISTS (
    SELECT FROM reservations r JOIN sessions ON sessions.id = r.session_id
    WHERE r.customer_id = $1 AND (
        (r.status = 'PENDING' AND r.expires_at > clock_timestamp())
        OR (r.status = 'CONFIRMED' AND sessions.ends_at > clock_timestamp()
            AND EXISTS (SELECT FROM claims WHERE claims.reservation_id = r.id
                        AND claims.released_at IS NULL AND claims.used_at IS NULL
                        AND claims.holder_id IS NULL))
        OR EXISTS (SELECT FROM payment_attempts a
                   WHERE a.reservation_id = r.id AND a.outcome IS NULL))
    UNION ALL
    SELECT FROM claims JOIN reservations r ON r.id = claims.reservation_id
    JOIN sessions ON sessions.id = r.session_id
    WHERE claims.holder_id = $1 AND claims.released_at IS NULL
        AND claims.used_at IS NULL AND sessions.ends_at > clock_timestamp())
"""
# Sales keep the id, which stands for nobody any more.
ERASE = """
UPDATE accounts
SET email = 'erased-' || id || '@erased.invalid', email_key = NULL, name = '-',
    role = 'CUSTOMER', works_locally = FALSE, password_hash = NULL,
    email_verified_at = NULL, locale = 'en', erased_at = clock_timestamp()
WHERE id = $1
"""
# Addresses of a client may name its person. Nobody is sent to these pages any more.
FORGET_PAGES = """
UPDATE payment_attempts
SET return_url = '', checkout_url = NULL, client_secret = NULL
WHERE reservation_id IN (SELECT id FROM reservations WHERE customer_id = $1)
"""
FORGET_REASONS = """
UPDATE refunds SET reason = '-'
WHERE requested_by = $1 AND payment_id IN (
    SELECT payments.id FROM reservations r
    JOIN payments ON payments.reservation_id = r.id WHERE r.customer_id = $1)
"""
ERASED_ROWS = (
    DELETE_TOKENS,
    DELETE_NETWORKS,
    DELETE_CODES,
    "DELETE FROM address_changes WHERE account_id = $1",
    "DELETE FROM identities WHERE account_id = $1",
    "DELETE FROM memberships WHERE account_id = $1",
    "DELETE FROM idempotency_keys WHERE account_id = $1",
    "DELETE FROM ticket_offers WHERE offered_by = $1 OR accepted_by = $1",
    FORGET_PAGES,
    FORGET_REASONS,
)


class PostgresProfiles:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def login_of(self, account_id: UUID) -> Login | None:
        row = await self._pool.fetchrow(LOGIN, account_id)
        return Login(account_of(row), row["password_hash"]) if row else None

    async def change(self, account_id: UUID, change: ProfileChange) -> Account | None:
        async with self._pool.acquire() as db, db.transaction():
            row = await db.fetchrow(CHANGE, account_id, change.name, change.locale)
            if row and change.email:
                email = (change.email.text, change.email.key)
                await db.execute(
                    REQUEST_EMAIL,
                    account_id,
                    *email,
                    *origin.of_event(),
                    MAX_OPEN_TOKENS,
                )
        return account_of(row) if row else None

    async def export(self, account_id: UUID) -> str | None:
        async with self._pool.acquire() as db:
            return await export(db, account_id)

    async def erase(
        self, account_id: UUID, password_hash: str | None, *, give_up_tickets: bool
    ) -> bool:
        async with self._pool.acquire() as db, db.transaction():
            if await db.fetchrow(LOCK, account_id, password_hash) is None:
                return False
            await db.fetch(LOCK_RESERVATIONS, account_id)
            if not give_up_tickets and await db.fetchval(IN_USE, account_id):
                raise AccountInUseError
            await _erase(db, account_id)
        return True


async def _erase(db: Connection, account_id: UUID) -> None:
    await db.execute(ERASE, account_id)
    for statement in ERASED_ROWS:
        await db.execute(statement, account_id)
