"""Keyset pagination: pages stay right while rows are inserted and deleted.

A cursor holds the values of one row that the list is ordered by; the next page has the
rows ordered after them. No row is skipped by counting, so every page costs the same.
"""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, Select, SQLColumnExpression, UnaryExpression, tuple_

MAX_CURSOR_LENGTH = 32_000  # longer than any entry of an index

Value = TypeVar("Value")


class CursorError(ValueError):
    """Not a cursor of this list."""


def _read_text(text: str) -> str:
    if "\x00" in text:  # Postgres can neither store it nor compare with it
        raise ValueError
    return text


def _read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not UTC:  # with an offset the year could overflow
        raise ValueError
    return moment


# By the type of a value: the type of JSON that it is written as, and its reader.
READERS: dict[type, tuple[type, Callable[[Any], Any]]] = {
    bool: (bool, bool),
    str: (str, _read_text),
    UUID: (str, UUID),
    datetime: (str, _read_moment),
}


@dataclass(frozen=True, slots=True)
class Window:
    """The first `size` values between two cursors, or the last if `from_end`.

    Without a cursor that side is open. The values are in the order of the list.
    """

    size: int
    after: str | None = None
    before: str | None = None
    from_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Value]):
    """A part of a list: each value with its cursor."""

    items: tuple[tuple[str, Value], ...]
    has_next: bool
    has_previous: bool


class Keyset:
    """Rows in the order of `keys`, all ascending or all descending; the last is unique.

    `name` is in the cursors, so that a cursor of one list is none of another.
    """

    def __init__(
        self, name: str, *keys: SQLColumnExpression[Any], descending: bool = False
    ) -> None:
        self._name = name
        self._keys = keys
        self._here = tuple_(*keys)
        self._labels = [f"key_{number}" for number in range(len(keys))]
        self._descending = descending

    def page(self, rows: Select[Any], window: Window) -> Select[Any]:
        """Reads one row more than the page has, to see whether there are more.

        If `from_end`, the rows come in reverse. Raises CursorError.
        """
        labelled = zip(self._keys, self._labels, strict=True)
        rows = rows.add_columns(*(key.label(label) for key, label in labelled))
        for cursor, behind in ((window.after, True), (window.before, False)):
            if cursor is not None:
                here, there = self._here, self._read(cursor)
                up = behind is not self._descending
                rows = rows.where(here > there if up else here < there)
        return rows.order_by(*self.order(window, self._keys)).limit(window.size + 1)

    def order(
        self, window: Window, keys: Sequence[SQLColumnExpression[Any]]
    ) -> list[UnaryExpression[Any]]:
        down = window.from_end is not self._descending
        return [key.desc() if down else key.asc() for key in keys]

    def page_of(
        self,
        rows: Sequence[RowMapping],
        window: Window,
        value: Callable[[RowMapping], Value],
    ) -> Page[Value]:
        """The page, from the rows that the statement of `page` returned.

        On the far side of a cursor there is at least the row that it was made of.
        """
        more = len(rows) > window.size
        wanted = rows[: window.size]
        if window.from_end:
            wanted = wanted[::-1]
        return Page(
            items=tuple((self._cursor(row), value(row)) for row in wanted),
            has_next=window.before is not None or (more and not window.from_end),
            has_previous=window.after is not None or (more and window.from_end),
        )

    def _cursor(self, row: RowMapping) -> str:
        return self._write([row[label] for label in self._labels])

    def _write(self, values: Sequence[Any]) -> str:
        # orjson does not know the UUID type of asyncpg.
        written = orjson.dumps([self._name, *values], default=str)
        return urlsafe_b64encode(written).decode()

    def _read(self, cursor: str) -> tuple[Any, ...]:
        """Accepts only the text that `_write` makes of the values: clients send it."""
        if len(cursor) > MAX_CURSOR_LENGTH:
            raise CursorError
        try:
            name, *written = orjson.loads(b64decode(cursor, b"-_", validate=True))
            values = [
                _read(column.python_type, value)
                for column, value in zip(self._here.type.types, written, strict=True)
            ]
            known = name == self._name and self._write(values) == cursor
        except (ValueError, TypeError) as error:
            raise CursorError from error
        if not known:
            raise CursorError
        return tuple(values)


def _read(wanted: type, value: object) -> object:
    written_as, read = READERS[wanted]
    if type(value) is not written_as:
        raise TypeError
    return read(value)
