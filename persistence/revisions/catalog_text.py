"""Composes names and titles, and makes the keys of cinemas, movies and rooms.

0.1.0 stored text as it was typed, without keys. Its programs may still be running.
"""

import unicodedata
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from domain.text import folded, order_key, search_key
from persistence.postgres.pool import Connection
from persistence.revisions.finding import Finding

BATCH = 500
WORDS_SHOWN = 3
Stored = str | Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Kind:
    """The texts of a table, and the keys that are made of the first of them."""

    table: str
    texts: tuple[str, ...]
    keys: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    # The texts that the keys are made of; default: the first one.
    keyed_by: tuple[str, ...] = ()
    # A condition, for a table that is too long to be read often.
    only: str = "true"

    @property
    def keyed(self) -> tuple[str, ...]:
        return (*self.keys, f"keyed_{self.texts[0]}") if self.keys else ()

    def wanted(self, row: asyncpg.Record) -> dict[str, Stored]:
        """What the columns should contain."""
        texts: dict[str, Stored] = {name: _composed(row[name]) for name in self.texts}
        keyed_by = self.keyed_by or self.texts[:1]
        named = " ".join(str(texts[name]) for name in keyed_by).strip()
        keys = {name: key(named) for name, key in self.keys.items()}
        return texts | dict(zip(self.keyed, (*keys.values(), named), strict=False))


KINDS = (
    Kind(
        "movies",
        ("title", "synopsis", "rating", "genres"),
        {"title_key": order_key, "search_key": search_key},
    ),
    Kind("rooms", ("name",), {"name_key": order_key}),
    Kind(
        "cinemas",
        ("name", "city", "address"),
        {"name_key": order_key, "search_key": search_key},
        keyed_by=("name", "city"),
    ),
    Kind("accounts", ("name",), only="name IS NOT NFC NORMALIZED"),
)


class RepeatedGenre(Finding):
    def __str__(self) -> str:
        place = f"{self.table} {self.row_id}"
        same = f"genre {self.stored!a} is the same as {self.wanted!a}"
        return f"{place}: {same}: its genres do not change"


async def findings(db: Connection) -> list[Finding]:
    found: list[Finding] = []
    for kind in KINDS:
        if await db.fetchval("SELECT to_regclass($1) IS NULL", kind.table):
            continue  # no tables yet
        async for rows in _batches(db, kind, kind.texts):
            found += [each for row in rows for each in _found(kind, row)]
    return found


async def revise(db: Connection) -> int:
    """Returns how many rows were changed. Several programs may run it at once.

    A row that another program changes at this moment is done by the next run.
    """
    changed = 0
    for kind in KINDS:
        columns = (*kind.texts, *kind.keyed)
        statement = _update(kind)
        async for rows in _batches(db, kind, columns):
            async with db.transaction():
                for row in rows:
                    wanted = kind.wanted(row)
                    if wanted == {name: row[name] for name in columns}:
                        continue
                    texts = [row[name] for name in kind.texts]
                    done = await db.execute(
                        statement, row["id"], *wanted.values(), *texts
                    )
                    changed += int(done.split()[-1])
    return changed


async def _batches(
    db: Connection, kind: Kind, columns: Sequence[str]
) -> AsyncIterator[list[asyncpg.Record]]:
    statement = (
        f"SELECT id, {', '.join(columns)} FROM {kind.table}"  # noqa: S608 # constants
        f" WHERE {kind.only} AND id > $1 ORDER BY id LIMIT $2"
    )
    last = UUID(int=0)
    while rows := await db.fetch(statement, last, BATCH):
        yield rows
        last = rows[-1]["id"]


def _update(kind: Kind) -> str:
    """It changes a row only if its texts are still those that were read."""
    columns = (*kind.texts, *kind.keyed)
    values = [f"{name} = ${place}" for place, name in enumerate(columns, 2)]
    read = [
        f"{name} IS NOT DISTINCT FROM ${place}"
        for place, name in enumerate(kind.texts, 2 + len(columns))
    ]
    return (
        f"UPDATE {kind.table} SET {', '.join(values)}"  # noqa: S608 # constants
        f" WHERE id = $1 AND {' AND '.join(read)}"
    )


def _composed(stored: Stored) -> Stored:
    """A list with equal genres does not change, so that nothing is lost."""
    if stored is None:
        return None
    if isinstance(stored, str):
        return unicodedata.normalize("NFC", stored)
    if len(set(map(folded, stored))) < len(stored):
        return stored
    return [unicodedata.normalize("NFC", each) for each in stored]


def _found(kind: Kind, row: asyncpg.Record) -> Iterator[Finding]:
    place: dict[str, Any] = {"table": kind.table, "row_id": row["id"]}
    for name in kind.texts:
        stored = row[name]
        if isinstance(stored, list):
            yield from _repeated(stored, place)
        if (wanted := _composed(stored)) == stored:
            continue
        for old, new in _shown(stored, wanted):
            yield Finding(**place, stored=old, wanted=new)


def _repeated(genres: Sequence[str], place: dict[str, Any]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for genre in genres:
        known = first.setdefault(folded(genre), genre)
        if known is not genre:
            yield RepeatedGenre(
                **place, stored=genre, wanted=known, taken_by=place["row_id"]
            )


def _shown(stored: Any, wanted: Any) -> Iterator[tuple[str, str]]:
    """Each genre that changes. For other texts, the first words that change."""
    if not isinstance(stored, str):
        pairs = zip(stored, wanted, strict=True)
        yield from ((old, new) for old, new in pairs if old != new)
        return
    pairs = zip(stored.split(), wanted.split(), strict=False)
    words = [pair for pair in pairs if pair[0] != pair[1]][:WORDS_SHOWN]
    yield " ".join(old for old, _ in words), " ".join(new for _, new in words)
