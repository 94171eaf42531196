"""Gives accounts the key of their address, if no other account has it.

If two accounts have the same address, the older one gets the key. The exact spelling
finds the other one. The programs of the last release add accounts without a key.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from domain.email_addresses import address_key
from persistence.postgres.pool import Connection
from persistence.revisions.finding import Finding

BATCH = 5_000
ATTEMPTS = 5

HAS_KEYS = """
SELECT count(*) FILTER (WHERE attname = 'email_key') > 0
FROM pg_attribute WHERE attrelid = to_regclass('accounts') AND NOT attisdropped
HAVING count(*) > 0
"""

KEYLESS = """
SELECT id, email, created_at FROM accounts
WHERE {no_key} AND id > $1 ORDER BY id LIMIT $2
"""

# Accounts that have or will get one of these keys. A plain address is its own key.
RIVALS = """
SELECT id, email, created_at, {key} AS email_key FROM accounts
WHERE email = ANY($1) OR {key} = ANY($1)
"""

GIVE_KEYS = """
UPDATE accounts SET email_key = given.key
FROM unnest($1::uuid[], $2::text[]) AS given (id, key)
WHERE accounts.id = given.id AND email_key IS NULL
  AND NOT EXISTS (SELECT FROM accounts WHERE email_key = given.key)
"""


@dataclass(frozen=True, slots=True)
class _Claim:
    key: str
    row_id: UUID
    email: str
    created_at: datetime
    has_key: bool = False

    @property
    def rank(self) -> tuple[bool, datetime, UUID]:
        return (not self.has_key, self.created_at, self.row_id)


async def findings(db: Connection) -> list[Finding]:
    has_keys = await db.fetchval(HAS_KEYS)
    if has_keys is None:
        return []  # no tables yet
    claims = await _claims(db, has_keys=has_keys)
    owners = _owners(claims)
    return [
        Finding(
            table="accounts",
            row_id=claim.row_id,
            stored=claim.email,
            wanted=claim.key,
            taken_by=None if owner == claim.row_id else owner,
        )
        for claim in claims
        if not claim.has_key
        and ((owner := owners[claim.key]) != claim.row_id or claim.key != claim.email)
    ]


async def revise(db: Connection) -> int:
    """Returns how many keys were added. Several programs may run it at once."""
    claims = await _claims(db, has_keys=True)
    owners = _owners(claims)
    keys = {
        claim.row_id: claim.key if owners[claim.key] == claim.row_id else None
        for claim in claims
    }
    given = 0
    async for rows in _keyless(db, has_keys=True):
        wanted = [
            (row["id"], key)
            for row in rows
            if (key := keys.get(row["id"]) if row["id"] in keys else _plain(row))
        ]
        given += await _give(db, wanted)
    return given


async def _claims(db: Connection, *, has_keys: bool) -> list[_Claim]:
    """All accounts whose address has several spellings, with their rivals for a key."""
    claims: dict[UUID, _Claim] = {}
    async for rows in _keyless(db, has_keys=has_keys):
        for row in rows:
            if _plain(row) is None and (key := address_key(row["email"])):
                claims[row["id"]] = _claim(row, key)
    wanted = {claim.key for claim in claims.values()}
    statement = RIVALS.format(key="email_key" if has_keys else "NULL::text")
    for row in await db.fetch(statement, list(wanted)):
        key = row["email_key"] or row["email"]
        if key in wanted and row["id"] not in claims:
            claims[row["id"]] = _claim(row, key, has_key=bool(row["email_key"]))
    return sorted(claims.values(), key=lambda claim: (claim.key, claim.rank))


def _claim(row: asyncpg.Record, key: str, *, has_key: bool = False) -> _Claim:
    return _Claim(key, row["id"], row["email"], row["created_at"], has_key)


def _owners(claims: Iterable[_Claim]) -> dict[str, UUID]:
    """The account that gets each key: the first one of the sorted claims."""
    owners: dict[str, UUID] = {}
    for claim in claims:
        owners.setdefault(claim.key, claim.row_id)
    return owners


def _plain(row: asyncpg.Record) -> str | None:
    """The address if it has only one spelling, as most have: all are in lower case."""
    email = str(row["email"])
    return email if email.isascii() and "xn--" not in email else None


async def _keyless(
    db: Connection, *, has_keys: bool
) -> AsyncIterator[list[asyncpg.Record]]:
    statement = KEYLESS.format(no_key="email_key IS NULL" if has_keys else "true")
    last = UUID(int=0)
    while rows := await db.fetch(statement, last, BATCH):
        yield rows
        last = rows[-1]["id"]


async def _give(db: Connection, wanted: list[tuple[UUID, str]]) -> int:
    if not wanted:
        return 0
    ids, keys = zip(*wanted, strict=True)
    for _ in range(ATTEMPTS):
        try:
            done = await db.execute(GIVE_KEYS, ids, keys)
        except asyncpg.UniqueViolationError:
            continue  # another program has just added a key; now we see it
        return int(done.split()[-1])
    return 0  # the next run does it
