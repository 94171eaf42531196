"""Where it is shown: rooms and their chairs."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A physical chair, not yet sold to anybody."""

    id: UUID
    row: str
    number: int
