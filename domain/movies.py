"""What is shown."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Movie:
    id: UUID
    title: str
    synopsis: str
    duration_minutes: int
    genres: tuple[str, ...]
    rating: str | None
