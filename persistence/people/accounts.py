"""Accounts and refresh tokens."""

from datetime import timedelta
from uuid import UUID

import asyncpg

from domain.account import (
    KNOWN_NETWORK_PERIOD,
    Account,
    Exchange,
    Login,
    RecentUse,
    RefreshFamily,
    Successor,
)
from domain.account_events import EmailVerificationRequested
from domain.email_addresses import EmailAddress
from domain.people import Role
from persistence.people.account_events import inserted_account_event
from persistence.postgres.pool import Pool
from persistence.sales.event_sql import ORIGIN
from telemetry import origin

MAX_DEVICE_NAME = 200

# Of a row of accounts, for account_of.
ACCOUNT = (
    "id, email, name, role, locale, email_verified_at IS NOT NULL AS email_verified"
)

# lower() again, by the database: it must agree with the check constraint and the unique
# index, for every alphabet.
ADD = f"""
WITH {ORIGIN.format("$7", "$8")},
added AS (
    INSERT INTO accounts (email, email_key, name, role, password_hash, locale)
    VALUES (lower($1), $2, $3, $4, $5, $6)
    ON CONFLICT DO NOTHING
    RETURNING {ACCOUNT}
),
{inserted_account_event("added", EmailVerificationRequested)}
SELECT * FROM added
"""  # noqa: S608 # constants

# The exact spelling first: one of two accounts with one key has no other way in.
OF_ADDRESS = """
WHERE email = lower($1) OR email_key = $2 ORDER BY email = lower($1) DESC LIMIT 1
"""

LOGIN = f"SELECT {ACCOUNT}, password_hash FROM accounts {OF_ADDRESS}"  # noqa: S608 # constants

FIND = f"SELECT {ACCOUNT} FROM accounts WHERE id = $1 AND erased_at IS NULL"  # noqa: S608 # constants

REPLACE_HASH = """
UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2
"""

# Written once a day for each network. Hashed with the account's id, so that equal
# networks of two accounts do not show.
NETWORK_HASH = "sha256(uuid_send(account_id) || convert_to({}, 'UTF8'))"
REMEMBER_NETWORK = """
    INSERT INTO sign_in_networks AS known (account_id, network_hash)
    SELECT account_id, {hash} FROM {source} WHERE {network}::text IS NOT NULL
    ON CONFLICT (account_id, network_hash) DO UPDATE SET seen_at = clock_timestamp()
    WHERE known.seen_at < clock_timestamp() - interval '1 day'
"""


def remember_network(source: str, network: str) -> str:
    digest = NETWORK_HASH.format(network)
    return REMEMBER_NETWORK.format(hash=digest, source=source, network=network)


# FOR SHARE waits for a take-over of the account, which removes its password.
ADD_REFRESH = f"""
WITH added AS (
    INSERT INTO refresh_tokens
        (token_hash, family_id, account_id, expires_at, device_name, signed_in_at)
    SELECT $1, $2, id, clock_timestamp() + $4::interval, $7, clock_timestamp()
    FROM accounts
    WHERE id = $3 AND erased_at IS NULL
      AND ($5::text IS NULL OR password_hash = $5) FOR SHARE
    RETURNING account_id
), network AS ({remember_network("added", "$6")})
SELECT account_id FROM added
"""  # noqa: S608 # constants

KNOWS_NETWORK = f"""
SELECT EXISTS (
    SELECT FROM sign_in_networks
    WHERE account_id = (SELECT id FROM accounts {OF_ADDRESS})
      AND network_hash = {NETWORK_HASH.format("$3")}
      AND seen_at > clock_timestamp() - $4::interval)
"""  # noqa: S608 # constants

HOLDER = "SELECT account_id FROM refresh_tokens WHERE token_hash = $1"

# The account's row is locked first, as everywhere. A statement that ends a family or
# takes an account over locks it exclusively, and then sees all earlier successors.
EXCHANGE_REFRESH = f"""
WITH account AS MATERIALIZED (
    SELECT {ACCOUNT} FROM accounts
    WHERE id = (SELECT account_id FROM refresh_tokens WHERE token_hash = $1) FOR SHARE
), used AS (
    UPDATE refresh_tokens SET used_at = clock_timestamp(), successor = $4 FROM account
    WHERE token_hash = $1 AND used_at IS NULL AND expires_at > clock_timestamp()
    RETURNING family_id, account_id, device_name, signed_in_at
), successor AS (
    INSERT INTO refresh_tokens
        (token_hash, family_id, account_id, expires_at, device_name, signed_in_at)
    SELECT $2, family_id, account_id, clock_timestamp() + $3::interval,
           device_name, signed_in_at FROM used
    RETURNING account_id, family_id
), network AS ({remember_network("successor", "$5")})
SELECT account.*, family_id FROM account JOIN successor ON account_id = id
"""  # noqa: S608 # constants

RECENT_USE = f"""
SELECT {ACCOUNT}, family_id, successor
FROM refresh_tokens JOIN accounts ON id = account_id
WHERE token_hash = $1 AND used_at > clock_timestamp() - $2::interval
"""  # noqa: S608 # constants

LOCK_FAMILY = """
SELECT family_id, account_id
FROM refresh_tokens JOIN accounts ON accounts.id = account_id
WHERE token_hash = $1 AND (used_at IS NOT NULL OR NOT $2)
FOR NO KEY UPDATE OF accounts
"""

# A separate statement, with a new snapshot: it must see successors that were committed
# while LOCK_FAMILY waited.
DELETE_FAMILY = "DELETE FROM refresh_tokens WHERE family_id = $1"


class PostgresAccounts:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add(
        self, email: EmailAddress, name: str, password_hash: str, locale: str
    ) -> Account | None:
        row = await self._pool.fetchrow(
            ADD,
            email.text,
            email.key,
            name,
            Role.CUSTOMER,
            password_hash,
            locale,
            *origin.of_event(),
        )
        return account_of(row) if row else None

    async def login(self, email: EmailAddress) -> Login | None:
        row = await self._pool.fetchrow(LOGIN, email.text, email.key)
        return Login(account_of(row), row["password_hash"]) if row else None

    async def find(self, account_id: UUID) -> Account | None:
        row = await self._pool.fetchrow(FIND, account_id)
        return account_of(row) if row else None

    async def replace_hash(
        self, account_id: UUID, old_hash: str | None, new_hash: str
    ) -> None:
        await self._pool.execute(REPLACE_HASH, account_id, old_hash, new_hash)

    async def add_refresh_token(
        self,
        token_hash: bytes,
        family_id: UUID,
        account_id: UUID,
        period: timedelta,
        password_hash: str | None,
        *,
        network: str | None,
    ) -> bool:
        added = await self._pool.fetchval(
            ADD_REFRESH,
            token_hash,
            family_id,
            account_id,
            period,
            password_hash,
            network,
            _device_name(),
        )
        return added is not None

    async def knows_network(self, email: EmailAddress, network: str) -> bool:
        known: bool = await self._pool.fetchval(
            KNOWS_NETWORK, email.text, email.key, network, KNOWN_NETWORK_PERIOD
        )
        return known

    async def holder_of(self, token_hash: bytes) -> UUID | None:
        holder: UUID | None = await self._pool.fetchval(HOLDER, token_hash)
        return holder

    async def exchange_refresh_token(
        self, token_hash: bytes, successor: Successor, period: timedelta
    ) -> Exchange | None:
        row = await self._pool.fetchrow(
            EXCHANGE_REFRESH,
            token_hash,
            successor.token_hash,
            period,
            successor.sealed,
            successor.network,
        )
        return Exchange(account_of(row), row["family_id"]) if row else None

    async def recent_use(
        self, token_hash: bytes, period: timedelta
    ) -> RecentUse | None:
        row = await self._pool.fetchrow(RECENT_USE, token_hash, period)
        if row is None:
            return None
        return RecentUse(account_of(row), row["family_id"], row["successor"])

    async def end_family(
        self, token_hash: bytes, *, only_if_used: bool = False
    ) -> RefreshFamily | None:
        async with self._pool.acquire() as db, db.transaction():
            row = await db.fetchrow(LOCK_FAMILY, token_hash, only_if_used)
            if row is None:
                return None
            deleted = await db.execute(DELETE_FAMILY, row["family_id"])
        if deleted == "DELETE 0":  # another request ended it while we waited
            return None
        return RefreshFamily(row["family_id"], row["account_id"])


def _device_name() -> str | None:
    """Header lines may have any bytes; Postgres stores no NUL."""
    agent = (origin.user_agent() or "")[:MAX_DEVICE_NAME].strip()
    return agent if agent.isprintable() else None


def account_of(row: asyncpg.Record) -> Account:
    return Account(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        role=Role(row["role"]),
        email_verified=row["email_verified"],
        locale=row["locale"],
    )
