"""Names of people."""

from domain.text import is_line

MAX_NAME_LENGTH = 100


def is_name(text: str) -> bool:
    return is_line(text, MAX_NAME_LENGTH)
