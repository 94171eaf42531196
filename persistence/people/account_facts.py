"""What mails need to know of an account, and the tokens that are in them."""

from uuid import UUID

from domain.account import Account
from domain.account_tokens import MAX_OPEN_TOKENS, TOKEN_PERIODS, TokenPurpose
from domain.addresses import AddressChange
from domain.client_secrets import new_secret, secret_hash
from domain.email_addresses import address_key
from persistence.people.accounts import ACCOUNT, FIND, OF_ADDRESS, account_of
from persistence.postgres.pool import Pool

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


class AccountFacts:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

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
