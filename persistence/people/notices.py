"""Which events were sent as a mail, and what such mails need to know of an account."""

from datetime import timedelta
from uuid import UUID

from domain.account import Account
from domain.account_events import NOTICES_CONSUMER
from domain.account_tokens import MAX_OPEN_TOKENS, TOKEN_PERIODS, TokenPurpose
from domain.addresses import AddressChange
from domain.client_secrets import new_secret, secret_hash
from domain.email_addresses import address_key
from persistence.people.accounts import ACCOUNT, FIND, OF_ADDRESS, account_of
from persistence.postgres.pool import Pool
from persistence.sales.event_sql import CONFIRMED
from persistence.sales.outbox import confirm

# Longer than any attempt to send. A worker that is killed leaves its claim behind.
CLAIM_PERIOD = timedelta(minutes=2)

AWAITED = "SELECT id FROM outbox WHERE id = ANY($1::uuid[]) AND $2 = ANY(awaiting)"

# A row that says "sent" stays, so an event that comes again is not sent again. The
# condition is on the row itself: it counts also after a wait for another worker.
CLAIM = """
INSERT INTO notices AS notice (event_id, claimed_until)
VALUES ($1, clock_timestamp() + $2::interval)
ON CONFLICT (event_id) DO UPDATE
SET claimed_until = excluded.claimed_until
WHERE notice.sent_at IS NULL AND notice.claimed_until <= clock_timestamp()
RETURNING TRUE
"""
IS_SENT = "SELECT sent_at IS NOT NULL FROM notices WHERE event_id = $1"

RELEASE = """
UPDATE notices SET claimed_until = clock_timestamp()
WHERE event_id = $1 AND sent_at IS NULL
"""

FINISH = f"""
WITH {CONFIRMED}
UPDATE notices SET sent_at = clock_timestamp()
WHERE event_id = ANY($1::uuid[]) AND sent_at IS NULL
"""  # noqa: S608 # constants

ADDRESS_CHANGE = """
SELECT old_email, new_email FROM address_changes WHERE account_id = $1
"""

HOLDER = f"SELECT {ACCOUNT} FROM accounts {OF_ADDRESS}"  # noqa: S608 # constants

# Accounts of one stranger may all ask for the address of another person.
# Another try for the same event replaces the token of the last one. FOR SHARE waits for
# an erasure, which would overlook the row.
SET_TOKEN = """
INSERT INTO account_tokens
    (event_id, token_hash, account_id, purpose, email, expires_at)
SELECT $1, $2, id, $4, $5, clock_timestamp() + $6::interval FROM accounts
WHERE id = $3 AND erased_at IS NULL AND $7 > (
    SELECT count(*) FROM account_tokens
    WHERE (account_id = $3 OR account_tokens.email = $5 AND accounts.email <> $5)
      AND purpose = $4 AND expires_at > clock_timestamp() AND event_id <> $1)
FOR SHARE
ON CONFLICT (event_id) DO UPDATE
SET token_hash = excluded.token_hash, email = excluded.email,
    expires_at = excluded.expires_at
RETURNING TRUE
"""  # noqa: S105 # SQL


class PostgresNotices:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def awaited(self, event_ids: list[UUID]) -> set[UUID]:
        """Those that no worker has confirmed yet."""
        rows = await self._pool.fetch(AWAITED, event_ids, NOTICES_CONSUMER)
        return {row["id"] for row in rows}

    async def claim(self, event_id: UUID) -> bool:
        """False: it was sent, or another worker is sending it."""
        return bool(await self._pool.fetchval(CLAIM, event_id, CLAIM_PERIOD))

    async def is_sent(self, event_id: UUID) -> bool:
        return bool(await self._pool.fetchval(IS_SENT, event_id))

    async def release(self, event_id: UUID) -> None:
        """It was not sent. The next one to get the event may try."""
        await self._pool.execute(RELEASE, event_id)

    async def finish(self, event_ids: list[UUID]) -> None:
        """They were sent, or there is nobody to send them to. Confirms the events."""
        await self._pool.execute(FINISH, event_ids, NOTICES_CONSUMER)

    async def give_up(self, event_id: UUID) -> None:
        """Confirms the event only: when it is replayed it may still be sent."""
        await confirm(self._pool, [event_id], NOTICES_CONSUMER)

    async def account(self, account_id: UUID) -> Account | None:
        row = await self._pool.fetchrow(FIND, account_id)
        return account_of(row) if row else None

    async def address_change(self, account_id: UUID) -> AddressChange | None:
        """The last one that was requested, confirmed or not."""
        row = await self._pool.fetchrow(ADDRESS_CHANGE, account_id)
        return AddressChange(**row) if row else None

    async def holder_of(self, email: str) -> Account | None:
        """The account that has the address, in any spelling."""
        row = await self._pool.fetchrow(HOLDER, email, address_key(email))
        return account_of(row) if row else None

    async def new_token(
        self, event_id: UUID, account_id: UUID, purpose: TokenPurpose, email: str
    ) -> str | None:
        """For the mail to this address. None if there are MAX_OPEN_TOKENS."""
        token = new_secret()
        added = await self._pool.fetchval(
            SET_TOKEN,
            event_id,
            secret_hash(token),
            account_id,
            purpose,
            email,
            TOKEN_PERIODS[purpose],
            MAX_OPEN_TOKENS,
        )
        return token if added else None
