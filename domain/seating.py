"""The seats of a room as a choice needs them: rows of places, as bits.

A set of seats is a list with one integer for each row. Its bit `p` is the seat at place
`row.first + p`. So a question about a whole row is some operations on integers.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from itertools import groupby
from math import hypot
from operator import and_
from typing import Final
from uuid import UUID

from domain.seat_plan import Seat, SeatFeature

# The best seat of a room: in the middle, two thirds of the way back.
FOCUS_DEPTH: Final = 2 / 3
# A seat with an obstructed view counts as farther from the focus than any other.
OBSTRUCTED_DISTANCE: Final = 10_000.0

Seats = list[int]  # for each row of a Seating, the bits of its seats
Block = tuple[float, int]  # distance from the focus, and the bit at which it begins
Point = tuple[float, float]

ACCESSIBLE: Final = frozenset({SeatFeature.WHEELCHAIR, SeatFeature.COMPANION})
SOFA: Final = frozenset({SeatFeature.SOFA_LEFT, SeatFeature.SOFA_RIGHT})


@dataclass(frozen=True, slots=True)
class Row:
    first: int  # place of bit 0
    seats: dict[int, Seat]  # by bit
    left_halves: int  # of sofas, where the right half is beside them
    right_halves: int


class Seating:
    """What is fixed in a room. `focus` is the point that seats should be near."""

    def __init__(self, seats: Collection[Seat], focus: Point | None = None) -> None:
        in_order = sorted(seats, key=lambda seat: (seat.row, seat.place))
        self.rows = [
            _row(list(row)) for _, row in groupby(in_order, lambda seat: seat.row)
        ]
        self.focus = focus or _focus(in_order)
        self.bits = {
            seat.id: (index, 1 << bit)
            for index, row in enumerate(self.rows)
            for bit, seat in row.seats.items()
        }
        self.blocks = lru_cache(maxsize=16)(self._blocks)
        self.allowed = lru_cache(maxsize=64)(self._allowed)

    def seats(self, ids: Iterable[UUID]) -> Seats:
        found = [0] * len(self.rows)
        for each in ids:
            index, bit = self.bits[each]
            found[index] |= bit
        return found

    def listed(self, seats: Seats) -> list[Seat]:
        return [
            row.seats[bit]
            for row, bits in zip(self.rows, seats, strict=True)
            for bit in bits_of(bits)
        ]

    @cached_property
    def all(self) -> list[Seat]:
        return [seat for row in self.rows for seat in row.seats.values()]

    @cached_property
    def paired(self) -> frozenset[UUID]:
        """Seats that are only sold with another one."""
        kinds = SOFA | {SeatFeature.COMPANION}
        return frozenset(s.id for s in self.all if not kinds.isdisjoint(s.features))

    @cached_property
    def accessible(self) -> Seats:
        return self.seats(
            s.id for s in self.all if not ACCESSIBLE.isdisjoint(s.features)
        )

    @cached_property
    def wheelchairs(self) -> dict[UUID, frozenset[UUID]]:
        """For each companion place the nearest wheelchair places: one, or two."""
        places = [s for s in self.all if SeatFeature.WHEELCHAIR in s.features]
        return {
            seat.id: frozenset(_nearest(seat, places))
            for seat in self.all
            if SeatFeature.COMPANION in seat.features and places
        }

    def _allowed(
        self, zones: frozenset[UUID] | None, features: frozenset[SeatFeature]
    ) -> Seats:
        """The seats for a customer who names these; see Wish."""
        others = [frozenset({each}) for each in features - ACCESSIBLE - SOFA]
        kinds = [kind for kind in (features & ACCESSIBLE, features & SOFA) if kind]
        return self.seats(
            seat.id
            for seat in self.all
            if (zones is None or seat.zone_id in zones)
            and not any(kind.isdisjoint(seat.features) for kind in kinds + others)
            and features.issuperset(ACCESSIBLE.intersection(seat.features))
        )

    def sofas_split(self, seats: Seats) -> Iterator[tuple[Seat, Seat]]:
        """Each half of a sofa without the other half, and that one."""
        for row, bits in zip(self.rows, seats, strict=True):
            for bit in bits_of(bits & row.left_halves & ~(bits >> 1)):
                yield row.seats[bit], row.seats[bit + 1]
            for bit in bits_of(bits & row.right_halves & ~(bits << 1)):
                yield row.seats[bit], row.seats[bit - 1]

    def unaccompanied(self, seats: Iterable[Seat]) -> list[Seat]:
        """The companion places without a wheelchair place of theirs."""
        found = {seat.id: seat for seat in seats}
        return [
            seat
            for seat_id, seat in found.items()
            if seat_id in self.wheelchairs
            and self.wheelchairs[seat_id].isdisjoint(found)
        ]

    def distance(self, seats: Sequence[Seat]) -> float:
        """Of their middle from the focus, in seat widths and rows."""
        x, y = middle(seats)
        obstructed = any(SeatFeature.OBSTRUCTED_VIEW in s.features for s in seats)
        far = OBSTRUCTED_DISTANCE if obstructed else 0.0
        return hypot(x - self.focus[0], y - self.focus[1]) + far

    def _blocks(self, count: int) -> list[tuple[float, int, list[Block]]]:
        """So many seats side by side, whether free or not.

        For each row the distance of its nearest block, the row's index and its blocks.
        The nearest come first, in both lists.
        """
        rows = [
            (blocks[0][0], index, blocks)
            for index, row in enumerate(self.rows)
            if (blocks := self._blocks_of(row, count))
        ]
        return sorted(rows)

    def _blocks_of(self, row: Row, count: int) -> list[Block]:
        starts = starts_of(row, sum(1 << bit for bit in row.seats), count)
        return sorted(
            (self.distance([row.seats[bit + i] for i in range(count)]), bit)
            for bit in bits_of(starts)
        )


def middle(seats: Sequence[Seat]) -> Point:
    count = len(seats)
    return sum(seat.x for seat in seats) / count, sum(seat.y for seat in seats) / count


def bits_of(bits: int) -> Iterator[int]:
    """The numbers of the bits that are set."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def starts_of(row: Row, free: int, count: int) -> int:
    """Where so many free seats side by side begin that split no sofa."""
    starts = reduce(and_, (free >> i for i in range(count)))
    return starts & ~row.right_halves & ~(row.left_halves >> (count - 1))


def minus(seats: Seats, others: Seats) -> Seats:
    return [row & ~other for row, other in zip(seats, others, strict=True)]


def plus(seats: Seats, others: Seats) -> Seats:
    return [row | other for row, other in zip(seats, others, strict=True)]


def both(seats: Seats, others: Seats) -> Seats:
    return [row & other for row, other in zip(seats, others, strict=True)]


def _focus(seats: Sequence[Seat]) -> Point:
    xs, ys = [seat.x for seat in seats], [seat.y for seat in seats]
    if not seats:
        return 0.0, 0.0
    return (min(xs) + max(xs)) / 2, min(ys) + (max(ys) - min(ys)) * FOCUS_DEPTH


def _row(seats: list[Seat]) -> Row:
    first = seats[0].place
    by_bit = {seat.place - first: seat for seat in seats}
    left_halves = sum(
        1 << bit
        for bit, seat in by_bit.items()
        if SeatFeature.SOFA_LEFT in seat.features
        and (right := by_bit.get(bit + 1))
        and SeatFeature.SOFA_RIGHT in right.features
    )
    return Row(first, by_bit, left_halves, left_halves << 1)


def _nearest(seat: Seat, places: Sequence[Seat]) -> Iterator[UUID]:
    def far(other: Seat) -> tuple[bool, float]:
        return other.row != seat.row, hypot(other.x - seat.x, other.y - seat.y)

    nearest = min(map(far, places))
    return (other.id for other in places if far(other) == nearest)
