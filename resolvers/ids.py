"""Parses ids from clients: a GraphQL ID may be any text."""

import re
from functools import lru_cache
from uuid import UUID

import strawberry

from domain.errors import NotFoundError

# UUID() also accepts braces, URNs and non-ASCII digits.
WRITTEN_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
LENGTH = 36

NO_ROW = UUID(int=0)  # no row has it


def parse_id(id: strawberry.ID) -> UUID | None:
    """None if it is not a UUID: then no row has it."""
    return _parsed(id) if len(id) == LENGTH else None


@lru_cache(maxsize=4_096)  # a crowd names the same session and the same seats
def _parsed(id: str) -> UUID | None:
    return UUID(id) if id.isascii() and WRITTEN_UUID.fullmatch(id) else None


def require_id(id: strawberry.ID) -> UUID:
    """Raises NotFoundError if it is not a UUID."""
    key = parse_id(id)
    if key is None:
        raise NotFoundError
    return key


def id_of_saved(id: strawberry.ID | None) -> UUID | None:
    """None for something new. Raises NotFoundError likewise."""
    return None if id is None else require_id(id)
