"""Parts of answers that are kept as JSON, because the next answer has them too."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import orjson

from runtime.kept_values import KeptValues
from schema.converted_list import ConvertedList
from transport.json_text import encode

# Of all lists: some 80 maps of 1,000 seats. Then all are written again, when they are
# read.
MAX_KEPT_BYTES = 32 * 1_048_576
ITEM_BYTES = 64  # of an item, beside its text
# Of a list, beside its items: its objects, and the selection. Strangers may make up any
# number of selections for a small map.
LIST_BYTES = 1_200

Write = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _WrittenList:
    sources: tuple[object, ...]
    texts: list[bytes]  # of each source
    whole: orjson.Fragment
    size: int


class Fragments:
    """Of each list that was written lately, for each selection of fields.

    A text is used again only for the same object, and that never changes. So there is
    nothing that could be out of date.
    """

    def __init__(self, max_bytes: int = MAX_KEPT_BYTES) -> None:
        # `write` stands for the selection. It is kept, so no other is taken for it.
        self._lists: KeptValues[tuple[Hashable, Write], _WrittenList]
        self._lists = KeptValues(max_bytes)

    def __len__(self) -> int:
        """How many lists are kept."""
        return len(self._lists)

    def of(self, value: ConvertedList[Any, Any], write: Write) -> orjson.Fragment:
        """Raises what `write` raises for an item."""
        key = (value.key, write)
        kept = self._lists.get(key)
        if kept is None or kept.sources is not value.sources:
            kept = _written(value, write, kept)
            self._lists.keep(key, kept, kept.size)
        return kept.whole


def _written(
    value: ConvertedList[Any, Any], write: Write, old: _WrittenList | None
) -> _WrittenList:
    def text(source: object) -> bytes:
        # A copy: what orjson returns keeps its whole buffer.
        return bytes(memoryview(encode(write(value.convert(source)))))

    if old is not None and len(old.texts) == len(value):
        texts = [
            known if source is before else text(source)
            for source, before, known in zip(
                value.sources, old.sources, old.texts, strict=True
            )
        ]
    else:
        texts = [text(source) for source in value.sources]
    whole = b"[%b]" % b",".join(texts)
    size = 2 * len(whole) + ITEM_BYTES * len(texts) + LIST_BYTES
    return _WrittenList(value.sources, texts, orjson.Fragment(whole), size)
