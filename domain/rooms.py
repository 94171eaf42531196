"""Rooms and their seats."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self, TypedDict
from uuid import UUID

from domain.errors import InvalidInputError, raise_if_any
from domain.new_seats import NewSeats, composed_rows, wrong_rows
from domain.text import composed, is_line

MAX_ROOM_NAME_LENGTH = 100
MAX_TURNAROUND_MINUTES = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    id: UUID
    cinema_id: UUID
    name: str
    turnaround_minutes: int  # between the end of one session and the next start
    version: int


class RoomFacts(TypedDict, total=False):
    """The fields of a room that were entered; a missing field stays as it is."""

    name: str | None
    turnaround_minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRoom:
    cinema_id: UUID | None  # None: the oldest cinema
    name: str
    turnaround_minutes: int
    rows: Sequence[NewSeats]

    def validated(self) -> Self:
        """Composes the name. Raises InvalidInputError for all wrong fields."""
        name = composed(self.name, MAX_ROOM_NAME_LENGTH)
        wrong = _wrong_facts(
            {"name": name, "turnaround_minutes": self.turnaround_minutes}
        )
        raise_if_any([*wrong, *wrong_rows(self.rows)])
        return replace(self, name=name, rows=composed_rows(self.rows))


def validated_room(facts: RoomFacts) -> RoomFacts:
    """Composes the name. Raises InvalidInputError for all wrong fields."""
    facts = facts.copy()
    if name := facts.get("name"):
        facts["name"] = composed(name, MAX_ROOM_NAME_LENGTH)
    raise_if_any(list(_wrong_facts(facts)))
    return facts


def _wrong_facts(facts: RoomFacts) -> Iterator[InvalidInputError]:
    if (name := facts.get("name", "-")) is None:
        yield InvalidInputError("name", rule="value_missing")
    elif not is_line(name, MAX_ROOM_NAME_LENGTH):
        yield InvalidInputError(
            "name", rule="name_length", longest=MAX_ROOM_NAME_LENGTH
        )
    if (minutes := facts.get("turnaround_minutes", 0)) is None:
        yield InvalidInputError("turnaroundMinutes", rule="value_missing")
    elif not 0 <= minutes <= MAX_TURNAROUND_MINUTES:
        yield InvalidInputError(
            "turnaroundMinutes",
            rule="number_range",
            lowest=0,
            highest=MAX_TURNAROUND_MINUTES,
        )
