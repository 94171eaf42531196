"""Makes a statement of another one, so that both share what they have in common."""

from collections.abc import Mapping
from typing import Final

# For the locks of a statement that waits for no row of others.
WITHOUT_WAITING: Final = {"/* wait */": "SKIP LOCKED"}


def with_parts(statement: str, parts: Mapping[str, str], times: int = 1) -> str:
    """The statement with each part replaced, in turn, wherever it stands.

    Raises ValueError unless it stands there so many times: a part that has changed
    would stay as it is, and a guard with it.
    """
    for part, other in parts.items():
        found = statement.count(part)
        if found != times:
            raise ValueError(f"found {found} times, not {times}: {part}")
        statement = statement.replace(part, other)
    return statement
