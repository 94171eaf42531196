"""Rows that a newer program may have written, with values that this one cannot read."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import asyncpg

logger = logging.getLogger(__name__)
T = TypeVar("T")


def known_rows(
    rows: Iterable[asyncpg.Record], read: Callable[[asyncpg.Record], T]
) -> Iterator[T]:
    """One that cannot be read is left out, and holds up no other.

    Its lease ends in a minute, and the newer program takes it then.
    """
    for row in rows:
        try:
            yield read(row)
        except ValueError as error:  # no such member of an enumeration
            logger.warning(
                "an attempt to pay is left to a newer program",
                extra={"attempt_id": str(row["id"]), "reason": str(error)},
            )
