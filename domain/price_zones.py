"""Price zones: the seats of a cinema that cost the same."""

from typing import Final

from domain.errors import InvalidInputError
from domain.text import composed, is_line

MAX_ZONE_NAME_LENGTH: Final = 50
MAX_ZONES: Final = 50  # of a cinema


def validated_zone_name(name: str) -> str:
    """Composed. Raises InvalidInputError."""
    name = composed(name, MAX_ZONE_NAME_LENGTH)
    if not is_line(name, MAX_ZONE_NAME_LENGTH):
        raise InvalidInputError(
            "name", rule="name_length", longest=MAX_ZONE_NAME_LENGTH
        )
    return name
