"""Seats for a group that does not fit side by side."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product

from domain.seat_plan import Seat
from domain.seating import Seating, Seats, bits_of

ACROSS_AN_AISLE = 2  # places
NEXT_ROW = 1.5  # rows
IN_FRONT = 1.0  # seat widths
Unit = tuple[Seat, ...]  # a seat, or the halves of a sofa


def units(seating: Seating, free: Seats) -> list[Unit]:
    """What can be taken by itself, the nearest to the focus first."""
    found: list[Unit] = []
    for row, bits in zip(seating.rows, free, strict=True):
        sofas = bits & row.left_halves & bits >> 1
        singles = bits & ~(row.left_halves | row.right_halves)
        found += [(row.seats[bit], row.seats[bit + 1]) for bit in bits_of(sofas)]
        found += [(row.seats[bit],) for bit in bits_of(singles)]
    return sorted(found, key=seating.distance)


def are_near(seat: Seat, other: Seat) -> bool:
    """Beside each other, across an aisle, or one in front of the other."""
    if seat.row == other.row:
        return abs(seat.place - other.place) <= ACROSS_AN_AISLE
    return abs(seat.y - other.y) <= NEXT_ROW and abs(seat.x - other.x) <= IN_FRONT


class Neighbourhood:
    """Which units are near each other; `found` has their indices."""

    def __init__(self, found: Sequence[Unit]) -> None:
        self._units = found
        self._cells: defaultdict[tuple[object, int], list[int]] = defaultdict(list)
        for index, unit in enumerate(found):
            for seat in unit:
                self._cells[seat.row, seat.place].append(index)
                self._cells[_cell(seat)].append(index)

    def near(self, index: int) -> set[int]:
        return {
            other
            for seat in self._units[index]
            for cell in _cells_around(seat)
            for other in self._cells.get(cell, ())
            if other != index and any(are_near(seat, s) for s in self._units[other])
        }


def nearby_seats(seating: Seating, free: Seats, count: int) -> Iterator[Seats]:
    """So many seats of which each is near another one, grown from each free unit."""
    found = units(seating, free)
    neighbourhood = Neighbourhood(found)
    too_few: set[int] = set()  # in groups that cannot grow to so many
    for first in range(len(found)):
        if first in too_few:
            continue
        group, missing = [first], count - len(found[first])
        edge = neighbourhood.near(first)
        while missing > 0 and (fits := [i for i in edge if len(found[i]) <= missing]):
            nearest = min(fits, key=lambda i: (_distance(found[i], found[first]), i))
            group.append(nearest)
            missing -= len(found[nearest])
            edge |= neighbourhood.near(nearest)
            edge -= set(group)
        if missing == 0:
            yield seating.seats(seat.id for index in group for seat in found[index])
        elif not edge:
            too_few.update(group)


def scattered_seats(seating: Seating, free: Seats, count: int) -> Seats | None:
    """So many seats near the focus. None: that would split a sofa."""
    found = units(seating, free)
    singles = [unit for unit in found if len(unit) == 1]
    sofas = [unit for unit in found if len(unit) > 1]
    needed = max(0, count - len(singles) + 1) // 2
    if needed > len(sofas) or 2 * needed > count:
        return None
    taken = sofas[:needed] + singles[: count - 2 * needed]
    return seating.seats(seat.id for unit in taken for seat in unit)


def _cell(seat: Seat) -> tuple[int, int]:
    return int(seat.y // NEXT_ROW), int(seat.x // IN_FRONT)


def _cells_around(seat: Seat) -> Iterator[tuple[object, int]]:
    y, x = _cell(seat)
    for row, column in product((-1, 0, 1), repeat=2):
        yield y + row, x + column
    for places in range(-ACROSS_AN_AISLE, ACROSS_AN_AISLE + 1):
        yield seat.row, seat.place + places


def _distance(unit: Unit, other: Unit) -> float:
    a, b = unit[0], other[0]
    return abs(a.x - b.x) + abs(a.y - b.y)
