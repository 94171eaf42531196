"""Identities of accounts at identity providers."""

from domain.account import ENGLISH, Account
from domain.email_addresses import EmailAddress
from domain.people import Role
from persistence.people.accounts import ACCOUNT, OF_ADDRESS, account_of
from persistence.postgres.pool import Connection, Pool

# After a lost race the identity is linked, unless its account was deleted just then.
ATTEMPTS = 5

FIND = f"""
SELECT {ACCOUNT} FROM identities JOIN accounts ON id = account_id
WHERE issuer = $1 AND subject = $2
"""  # noqa: S608 # constants

ADD_ACCOUNT = """
INSERT INTO accounts (email, email_key, name, role, locale, email_verified_at)
SELECT lower($1), $2, $3, $4, $5, clock_timestamp()
WHERE NOT EXISTS (SELECT FROM accounts WHERE email = lower($1) OR email_key = $2)
ON CONFLICT DO NOTHING
"""

# FOR UPDATE blocks concurrent inserts of refresh tokens, so that DELETE_TOKENS
# sees all of them.
LOCK_ACCOUNT = f"SELECT {ACCOUNT} FROM accounts {OF_ADDRESS} FOR UPDATE"  # noqa: S608 # constants

LINK = """
INSERT INTO identities (issuer, subject, account_id) VALUES ($1, $2, $3)
ON CONFLICT (issuer, subject) DO NOTHING
RETURNING account_id
"""

# Anybody can sign up with a stranger's address and wait for its owner. The verified
# owner takes the account over, with mails in their language: the password, all tokens
# and all requests end.
TAKE_OVER = """
UPDATE accounts
SET email_verified_at = clock_timestamp(), password_hash = NULL, locale = $2
WHERE id = $1 AND email_verified_at IS NULL
RETURNING id
"""

DELETE_TOKENS = "DELETE FROM refresh_tokens WHERE account_id = $1"

DELETE_NETWORKS = "DELETE FROM sign_in_networks WHERE account_id = $1"

DELETE_CODES = "DELETE FROM account_tokens WHERE account_id = $1"

# A stranger may have asked for it. A confirmed one stays, for the mail about it.
DELETE_REQUESTED_ADDRESS = """
DELETE FROM address_changes USING accounts
WHERE account_id = $1 AND id = account_id AND new_email <> email
"""

# Who has been in the account has to prove again that it is theirs.
SHUT_OUT = (DELETE_TOKENS, DELETE_NETWORKS, DELETE_CODES, DELETE_REQUESTED_ADDRESS)


class _LostRaceError(Exception):
    """Another request linked the identity, or deleted the account, at this moment."""


class PostgresIdentities:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def account(self, issuer: str, subject: str) -> Account | None:
        row = await self._pool.fetchrow(FIND, issuer, subject)
        return account_of(row) if row else None

    async def link(
        self,
        issuer: str,
        subject: str,
        email: EmailAddress,
        name: str,
        *,
        locale: str = ENGLISH,
    ) -> Account:
        for _ in range(ATTEMPTS):
            try:
                async with self._pool.acquire() as db, db.transaction():
                    return await _link(db, (issuer, subject), email, name, locale)
            except _LostRaceError:
                linked = await self.account(issuer, subject)
                if linked is not None:
                    return linked
        raise TimeoutError(f"lost {ATTEMPTS} races for one identity")


async def _link(
    db: Connection,
    identity: tuple[str, str],
    email: EmailAddress,
    name: str,
    locale: str,
) -> Account:
    await db.execute(ADD_ACCOUNT, email.text, email.key, name, Role.CUSTOMER, locale)
    row = await db.fetchrow(LOCK_ACCOUNT, email.text, email.key)
    if row is None or not await db.fetchval(LINK, *identity, row["id"]):
        raise _LostRaceError
    if await db.fetchval(TAKE_OVER, row["id"], locale):
        for statement in SHUT_OUT:
            await db.execute(statement, row["id"])
    return account_of(row)
