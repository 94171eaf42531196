"""What a revision would do to one row."""

import unicodedata
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A row whose text changes, or would be the same as that of another row."""

    table: str
    row_id: UUID
    stored: str
    wanted: str
    taken_by: UUID | None = None  # the row that has it already; None: the text changes

    def __str__(self) -> str:
        place = f"{self.table} {self.row_id}"
        if unicodedata.normalize("NFC", self.stored) == self.wanted:
            # They look alike: show the code points.
            return f"{place}: {self.stored!a} becomes {self.wanted!a}"
        if self.taken_by is None:
            return f"{place}: {self.stored!r} becomes {self.wanted!r}"
        return (
            f"{place}: {self.stored!r} would be {self.wanted!r},"
            f" as {self.taken_by} is already: it stays as it is"
        )
