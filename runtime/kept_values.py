"""Values that are kept for the next caller, within a limit of memory."""

from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class KeptValues(Generic[Key, Value]):
    """All of them are forgotten when they would be larger than `limit` together."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._kept: dict[Key, tuple[Value, int]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> Value | None:
        kept = self._kept.get(key)
        return kept and kept[0]

    def keep(self, key: Key, value: Value, size: int) -> None:
        """In the place of the value before, if there is one."""
        self.drop(key)
        if self.size + size > self.limit:
            self.clear()
        self._kept[key] = value, size
        self.size += size

    def drop(self, key: Key) -> None:
        if kept := self._kept.pop(key, None):
            self.size -= kept[1]

    def clear(self) -> None:
        self._kept.clear()
        self.size = 0
