"""Ids as clients send them: text, which may be anything."""

import re
from uuid import UUID

import strawberry

from domain.errors import NotFoundError

# UUID() itself takes braces, URNs and foreign digits as well.
WRITTEN_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def parse_id(id: strawberry.ID) -> UUID | None:
    """None for what is no id of ours: nothing has it."""
    return UUID(id) if id.isascii() and WRITTEN_UUID.fullmatch(id) else None


def require_id(id: strawberry.ID) -> UUID:
    """Raises NotFoundError for what is no id of ours."""
    key = parse_id(id)
    if key is None:
        raise NotFoundError
    return key
