"""All revisions: what they would do, and doing it."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from persistence.postgres.pool import Connection
from persistence.revisions import address_keys, catalog_text
from persistence.revisions.finding import Finding


class Revision(NamedTuple):
    # Reads tables of any older version, and none.
    findings: Callable[[Connection], Awaitable[list[Finding]]]
    # Of tables of this version; returns how many rows it has changed.
    revise: Callable[[Connection], Awaitable[int]]


REVISIONS = (
    Revision(address_keys.findings, address_keys.revise),
    Revision(catalog_text.findings, catalog_text.revise),
)


async def findings(db: Connection) -> list[Finding]:
    return [found for revision in REVISIONS for found in await revision.findings(db)]


async def revise(db: Connection) -> int:
    """Small transactions, so that the programs serve on meanwhile."""
    return sum([await revision.revise(db) for revision in REVISIONS])
