"""Rows that are added to a room: the number, label and place of each new seat."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import floor

from domain.errors import InvalidInputError, raise_if_any
from domain.new_seats import (
    MAX_ROWS,
    MAX_SEATS_IN_ROOM,
    MAX_SEATS_IN_ROW,
    NewSeats,
    wrong_row,
)
from domain.seat_plan import (
    MAX_COORDINATE,
    SCREEN,
    SOFA,
    SeatFacts,
    SeatFeature,
    Zones,
    clashes,
    in_order,
)

FIELDS = {
    "seat_label": "row",
    "seat_place": "offset",
    "seat_spot": "offset",
    "seat_sofa": "features",
}
# A number, and the seat widths between the leftmost new seat and its own.
Step = tuple[int, int]


def planned(
    known: Sequence[SeatFacts], rows: Sequence[NewSeats], zones: Zones
) -> list[SeatFacts]:
    """The new seats, in a room that has the `known` ones.

    Raises InvalidInputError for all wrong fields.
    """
    room = GrowingRoom(known, zones)
    wrong: list[InvalidInputError] = []
    for part, more in enumerate(rows):
        try:
            room.add(part, more)
        except InvalidInputError as error:
            wrong += [error, *error.others]
    wrong += room.too_many()
    raise_if_any(wrong or list(room.clashes()))
    return room.added


def default_label(row: str, number: int) -> str:
    """A dash keeps seat 12 of row 1 apart from seat 2 of row 11."""
    return f"{row}-{number}" if row[-1].isdecimal() else f"{row}{number}"


class GrowingRoom:
    def __init__(self, known: Sequence[SeatFacts], zones: Zones) -> None:
        self.added: list[SeatFacts] = []
        self._part_of: list[int] = []  # in the order of `added`
        self._known = known
        self._zones = zones
        self._rows: defaultdict[str, list[SeatFacts]] = defaultdict(list)
        for seat in known:
            self._rows[seat.row].append(seat)
        self._depth = max((seat.y for seat in known), default=-1.0)

    def add(self, part: int, more: NewSeats) -> None:
        """Raises InvalidInputError for all wrong fields."""
        row = self._rows[more.row]
        first = _first_number(row, more)
        numbers = range(first, first + more.seats * more.step, more.step)
        steps = _from_the_left(numbers, more)
        width = max(step for _, step in steps)
        offset, y = _offset(row, more, width), self._y(row, more)
        raise_if_any(
            [
                *self._wrong(part, row, more, numbers),
                *_off_screen(part, "offset", offset, offset + width),
                *_off_screen(part, "y", y, y),
            ]
        )
        seats = [
            SeatFacts(
                row=more.row,
                number=number,
                label=default_label(more.row, number),
                x=offset + step,
                y=y,
                place=floor(offset + step),
                features=features,
                zone_id=more.zone_id or self._zones.default,
                out_of_service=False,
            )
            for (number, step), features in zip(
                steps, _features(steps, more), strict=True
            )
        ]
        row += seats
        self.added += seats
        self._part_of += [part] * len(seats)
        self._depth = max(self._depth, y)

    def too_many(self) -> Iterator[InvalidInputError]:
        if len(self._rows) > MAX_ROWS:
            yield InvalidInputError("rows", rule="room_rows", limit=MAX_ROWS)
        if len(self._known) + len(self.added) > MAX_SEATS_IN_ROOM:
            yield InvalidInputError("rows", rule="room_seats", limit=MAX_SEATS_IN_ROOM)

    def clashes(self) -> Iterator[InvalidInputError]:
        """With each other and with the known seats: the first of each field."""
        fields = set()
        for index, rule, label, other in clashes([*self._known, *self.added]):
            if index < len(self._known):  # of a program of the last release
                continue
            field = self._part_of[index - len(self._known)], FIELDS[rule]
            if field not in fields:
                fields.add(field)
                yield wrong_row(*field, rule=rule, label=label, other=other)

    def _wrong(
        self,
        part: int,
        row: Sequence[SeatFacts],
        more: NewSeats,
        numbers: Sequence[int],
    ) -> Iterator[InvalidInputError]:
        if len(row) + more.seats > MAX_SEATS_IN_ROW:
            yield wrong_row(part, "seats", rule="row_seats", limit=MAX_SEATS_IN_ROW)
        if more.zone_id is not None and more.zone_id not in self._zones.ids:
            yield wrong_row(part, "zoneId", rule="zone_unknown")
        taken = {seat.number for seat in row}.intersection(numbers)
        if taken:
            yield wrong_row(
                part, "firstNumber", rule="seat_number_taken", number=min(taken)
            )
        for place, number in enumerate(more.aisles):
            if number not in numbers:
                yield wrong_row(
                    part, "aisles", str(place), rule="aisle_unknown", number=number
                )

    def _y(self, row: Sequence[SeatFacts], more: NewSeats) -> float:
        if more.y is not None:
            return more.y
        return row[0].y if row else floor(self._depth) + 1.0


def _first_number(row: Sequence[SeatFacts], more: NewSeats) -> int:
    if more.first_number is not None:
        return more.first_number
    return max((seat.number for seat in row), default=1 - more.step) + more.step


def _from_the_left(numbers: Sequence[int], more: NewSeats) -> list[Step]:
    aisles = set(more.aisles)
    steps: list[Step] = []
    step = 0
    for number in numbers:
        steps.append((number, step))
        step += 2 if number in aisles else 1
    if not more.right_to_left:
        return steps
    width = steps[-1][1]
    return [(number, width - step) for number, step in reversed(steps)]


def _offset(row: Sequence[SeatFacts], more: NewSeats, width: int) -> float:
    """Left out: beside the seats that the row has, in the direction of the numbers."""
    if more.offset is not None:
        return more.offset
    if not row:
        return 0.0
    if more.right_to_left:
        return min(seat.x for seat in row) - width - 1
    return max(seat.x for seat in row) + 1


def _features(
    steps: Sequence[Step], more: NewSeats
) -> Iterator[tuple[SeatFeature, ...]]:
    """Those of the row; beside an aisle also AISLE. Sofas alternate from the left."""
    has_sofas = set(more.features) >= SOFA
    places = {step for _, step in steps}
    in_run = 0
    for _, step in steps:
        own = set(more.features)
        after_aisle = step > 0 and step - 1 not in places
        before_aisle = step < steps[-1][1] and step + 1 not in places
        in_run = 0 if after_aisle else in_run
        if has_sofas:
            own.remove(SeatFeature.SOFA_LEFT if in_run % 2 else SeatFeature.SOFA_RIGHT)
        if after_aisle or before_aisle:
            own.add(SeatFeature.AISLE)
        in_run += 1
        yield in_order(own)


def _off_screen(
    part: int, name: str, lowest: float, highest: float
) -> Iterator[InvalidInputError]:
    if lowest < 0 or highest > MAX_COORDINATE:
        yield wrong_row(part, name, rule="number_range", **SCREEN)
