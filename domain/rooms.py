"""Rooms and their seats."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self, TypedDict
from uuid import UUID

from domain.errors import InvalidInputError, raise_if_any
from domain.text import composed, is_line

MAX_ROOM_NAME_LENGTH = 100
MAX_TURNAROUND_MINUTES = 240
MAX_ROWS = 100
MAX_SEATS_IN_ROW = 100
MAX_SEATS_IN_ROOM = 2_000
ROW_LABEL = re.compile(r"[A-Z0-9]{1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    id: UUID
    cinema_id: UUID
    name: str
    turnaround_minutes: int  # between the end of one session and the next start
    version: int


@dataclass(frozen=True, slots=True)
class NewSeats:
    """More seats at the end of a row, which may be a new row."""

    row: str
    seats: int


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
        raise_if_any([*wrong, *_wrong_rows(self.rows)])
        return replace(self, name=name)


def validated_room(facts: RoomFacts) -> RoomFacts:
    """Composes the name. Raises InvalidInputError for all wrong fields."""
    facts = facts.copy()
    if name := facts.get("name"):
        facts["name"] = composed(name, MAX_ROOM_NAME_LENGTH)
    raise_if_any(list(_wrong_facts(facts)))
    return facts


def check_rows(rows: Sequence[NewSeats]) -> None:
    """Raises InvalidInputError for all wrong fields."""
    raise_if_any(list(_wrong_rows(rows)))


def check_growth(last_numbers: Mapping[str, int], rows: Sequence[NewSeats]) -> None:
    """Check the limits of a room; `last_numbers` are the highest number of each row.

    Raises InvalidInputError for all wrong fields.
    """
    grown = dict(last_numbers)
    wrong = []
    for place, more in enumerate(rows):
        grown[more.row] = grown.get(more.row, 0) + more.seats
        if grown[more.row] > MAX_SEATS_IN_ROW:
            wrong.append(_full_row(place))
    if len(grown) > MAX_ROWS:
        wrong.append(InvalidInputError("rows", rule="room_rows", limit=MAX_ROWS))
    if sum(grown.values()) > MAX_SEATS_IN_ROOM:
        wrong.append(
            InvalidInputError("rows", rule="room_seats", limit=MAX_SEATS_IN_ROOM)
        )
    raise_if_any(wrong)


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


def _wrong_rows(rows: Sequence[NewSeats]) -> Iterator[InvalidInputError]:
    if not rows:
        yield InvalidInputError("rows", rule="rows_missing")
    if len(rows) > MAX_ROWS:
        yield InvalidInputError("rows", rule="room_rows", limit=MAX_ROWS)
        return
    labels = [more.row for more in rows]
    for place, more in enumerate(rows):
        if not ROW_LABEL.fullmatch(more.row):
            yield InvalidInputError("rows", str(place), "row", rule="row_label")
        elif more.row in labels[:place]:
            yield InvalidInputError("rows", str(place), "row", rule="entry_repeated")
        if not 1 <= more.seats <= MAX_SEATS_IN_ROW:
            yield InvalidInputError(
                "rows",
                str(place),
                "seats",
                rule="number_range",
                lowest=1,
                highest=MAX_SEATS_IN_ROW,
            )


def _full_row(place: int) -> InvalidInputError:
    return InvalidInputError(
        "rows", str(place), "seats", rule="row_seats", limit=MAX_SEATS_IN_ROW
    )
