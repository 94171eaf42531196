"""Names of people."""

from domain.text import composed, is_line

MAX_NAME_LENGTH = 100


def name_as_stored(text: str) -> str:
    return composed(text, MAX_NAME_LENGTH)


def is_name(text: str) -> bool:
    return is_line(text, MAX_NAME_LENGTH)
