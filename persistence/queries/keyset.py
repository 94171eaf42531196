"""Pages of a list that stay right while rows come and go.

A cursor holds the values that order the list, of one row; the next page is what is
ordered behind them. Nothing is counted off, so a page costs the same however deep.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Row, Select, tuple_

MAX_CURSOR_LENGTH = 2_000

# Each raises an error that CursorError covers for anything but what it wrote itself.
READERS: dict[type, Callable[[Any], Any]] = {}


class CursorError(ValueError):
    """Not a cursor of this list."""


class Keyset:
    """Rows in the order of `keys`, the last of which is unique; all up, or all down."""

    def __init__(self, *keys: ColumnElement[Any], descending: bool = False) -> None:
        self._keys = [
            key.label(f"key_{number}") for number, key in enumerate(keys)
        ]
        self._raw = keys
        self._descending = descending

    def page(self, rows: Select[Any], first: int, after: str | None) -> Select[Any]:
        """One row more than `first` is read: it tells whether more of them follow."""
