"""Runs all revisions, or shows what they would change."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from persistence.postgres.pool import Connection
from persistence.revisions import address_keys, catalog_text, quota_counts
from persistence.revisions.finding import Finding


class Revision(NamedTuple):
    # Works on the tables of every older version, and without tables.
    findings: Callable[[Connection], Awaitable[list[Finding]]]
    # Works on the tables of this version. Returns how many rows it changed.
    revise: Callable[[Connection], Awaitable[int]]


REVISIONS = (
    Revision(address_keys.findings, address_keys.revise),
    Revision(catalog_text.findings, catalog_text.revise),
    Revision(quota_counts.findings, quota_counts.revise),
)


async def findings(db: Connection) -> list[Finding]:
    return [found for revision in REVISIONS for found in await revision.findings(db)]


async def revise(db: Connection) -> int:
    """In small transactions, so that the programs can serve meanwhile."""
    return sum([await revision.revise(db) for revision in REVISIONS])
