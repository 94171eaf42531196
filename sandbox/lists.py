"""Lists in pages, and the report: the movements of the balance."""

from collections.abc import Callable, Sequence

from sandbox.database import Database
from sandbox.objects import Json
from sandbox.parameters import Parameters, invalid

LONGEST_PAGE = 100
# Whole seconds: a moment that is later in the same second is not after it.
EVER = {"gte": 0, "gt": 0, "lt": 1 << 40, "lte": 1 << 40}


def page(
    ids: Sequence[str], parameters: Parameters, url: str, read: Callable[[str], Json]
) -> Json:
    limit = parameters.integer("limit", 10)
    if not 1 <= limit <= LONGEST_PAGE:
        raise invalid("limit", f"A page has from 1 to {LONGEST_PAGE} objects")
    start = 0
    if after := parameters.optional("starting_after"):
        if after not in ids:
            raise invalid("starting_after", f"No such object: {after}")
        start = ids.index(after) + 1
    return {
        "object": "list",
        "url": url,
        "has_more": len(ids) > start + limit,
        "data": [read(each) for each in ids[start : start + limit]],
    }


def balance_ids(db: Database, parameters: Parameters) -> list[str]:
    """Newest first."""
    parameters.allow("created", "type", "currency", "source", "limit", "starting_after")
    created = parameters.inner("created")
    created.allow(*EVER)
    rows = db.rows(
        "SELECT id FROM balance WHERE type = coalesce(?, type)"
        " AND currency = coalesce(?, currency) AND source = coalesce(?, source)"
        " AND created >= ? AND created >= ? + 1 AND created < ? AND created < ? + 1"
        " ORDER BY created DESC, rowid DESC",
        *(parameters.optional(name) for name in ("type", "currency", "source")),
        *(created.integer(name, default) for name, default in EVER.items()),
    )
    return [row["id"] for row in rows]
