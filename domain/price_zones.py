"""Price zones: the seats of a cinema that cost the same."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.errors import InvalidInputError
from domain.text import composed, is_line

MAX_ZONE_NAME_LENGTH: Final = 50
MAX_ZONES: Final = 50  # of a cinema


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceZone:
    id: UUID
    name: str
    is_default: bool  # exactly one of a cinema: that of seats without another


def validated_zone_name(name: str) -> str:
    """Composed. Raises InvalidInputError."""
    name = composed(name, MAX_ZONE_NAME_LENGTH)
    if not is_line(name, MAX_ZONE_NAME_LENGTH):
        raise InvalidInputError(
            "name", rule="name_length", longest=MAX_ZONE_NAME_LENGTH
        )
    return name
