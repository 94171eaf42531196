"""Rows of seats as managers enter them."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from domain.errors import InvalidInputError, raise_if_any
from domain.seat_plan import MAX_COORDINATE, SOFA, SeatFeature, has_conflict
from domain.text import composed, is_line

MAX_ROWS: Final = 100
MAX_SEATS_IN_ROW: Final = 100
MAX_SEATS_IN_ROOM: Final = 2_000
MAX_ROW_LABEL_LENGTH: Final = 3
MAX_FIRST_NUMBER: Final = 9_999
MAX_STEP: Final = 10
# Capital letters, letters of scripts that have no capitals, digits, and the marks that
# letters of some scripts have.
IN_A_ROW_LABEL: Final = {"Lu", "Lo", "Nd", "Mn", "Mc"}


@dataclass(frozen=True, slots=True)
class NewSeats:
    """More seats of a row, which may be a new row. None: beside what the room has."""

    row: str
    seats: int
    offset: float | None = None  # of the leftmost one
    y: float | None = None
    aisles: Sequence[int] = ()  # behind these numbers
    first_number: int | None = None
    step: int = 1
    right_to_left: bool = False
    zone_id: UUID | None = None
    features: Sequence[SeatFeature] = ()


def composed_rows(rows: Sequence[NewSeats]) -> list[NewSeats]:
    """As they are stored."""
    return [replace(more, row=_row_label(more)) for more in rows]


def validated_rows(rows: Sequence[NewSeats]) -> list[NewSeats]:
    """Composes the labels. Raises InvalidInputError for all wrong fields."""
    raise_if_any(list(wrong_rows(rows)))
    return composed_rows(rows)


def wrong_row(part: int, *names: str, rule: str, **facts: object) -> InvalidInputError:
    return InvalidInputError("rows", str(part), *names, rule=rule, **facts)


def wrong_rows(rows: Sequence[NewSeats]) -> Iterator[InvalidInputError]:
    if not rows:
        yield InvalidInputError("rows", rule="rows_missing")
    if len(rows) > MAX_ROWS:
        yield InvalidInputError("rows", rule="room_rows", limit=MAX_ROWS)
        return
    labels = [_row_label(more) for more in rows]
    for part, more in enumerate(rows):
        label = labels[part]
        if not _is_row_label(label):
            yield wrong_row(part, "row", rule="row_label")
        elif label in labels[:part] and more.first_number is None:
            yield wrong_row(part, "row", rule="entry_repeated")
        yield from _wrong_numbers(part, more)


def _wrong_numbers(part: int, more: NewSeats) -> Iterator[InvalidInputError]:
    for name, number, lowest, highest in (
        ("seats", more.seats, 1, MAX_SEATS_IN_ROW),
        ("firstNumber", more.first_number, 1, MAX_FIRST_NUMBER),
        ("step", more.step, 1, MAX_STEP),
        ("offset", more.offset, 0, MAX_COORDINATE),
        ("y", more.y, 0, MAX_COORDINATE),
    ):
        if number is not None and not lowest <= number <= highest:
            bounds = {"lowest": lowest, "highest": highest}
            yield wrong_row(part, name, rule="number_range", **bounds)
    if len(more.aisles) > MAX_SEATS_IN_ROW:
        yield wrong_row(part, "aisles", rule="list_length", longest=MAX_SEATS_IN_ROW)
    if has_conflict(set(more.features) - SOFA):  # with both halves, a row of sofas
        yield wrong_row(part, "features", rule="features_conflict")


def _row_label(more: NewSeats) -> str:
    return composed(more.row, MAX_ROW_LABEL_LENGTH)


def _is_row_label(text: str) -> bool:
    return (
        is_line(text, MAX_ROW_LABEL_LENGTH)
        and IN_A_ROW_LABEL.issuperset(map(unicodedata.category, text))
        and not unicodedata.category(text[0]).startswith("M")
    )
