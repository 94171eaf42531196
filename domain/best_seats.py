"""Chooses the best free seats of a room.

In this order: side by side; no seat left alone; near the focus of the room; runs of
even length; at random among those, so that a crowd spreads.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final
from uuid import UUID

from domain.orphans import leaves_left, leaves_right, lone, run_around
from domain.seat_groups import nearby_seats, scattered_seats
from domain.seat_plan import SeatFeature
from domain.seating import Seating, Seats, both, minus, plus, starts_of

NEAR_EQUAL: Final = 1.5  # seat widths by which the distances of two blocks may differ
GROUPS: Final = 8  # that are compared, where nothing is free side by side

FoundBlock = tuple[float, int, int]  # distance, index of the row, first bit
Pick = Callable[[Sequence[FoundBlock]], FoundBlock]


class Together(StrEnum):
    """ROW: side by side. NEAR: each is near another one. ANY: as near as there are."""

    ROW = "ROW"
    NEAR = "NEAR"
    ANY = "ANY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Each seat has a feature of each kind that is named, and is in one of `zones`.

    Kinds are: wheelchair and companion places; halves of a sofa; each other feature.
    Each named feature is on one seat at least. Wheelchair and companion places are only
    for those who name them.
    """

    count: int
    together: Together = Together.ROW
    zones: frozenset[UUID] | None = None  # None: any
    features: frozenset[SeatFeature] = frozenset()
    companions_released: bool = False  # else only with a wheelchair place of theirs

    def given(self) -> Iterator[object]:
        """For the hash of an input."""
        yield from (self.count, self.together, *sorted(self.features))
        if self.zones is not None:
            yield from ("zones", *sorted(self.zones))


class Choice:
    """The best of some free seats for one wish."""

    def __init__(
        self, seating: Seating, free: Seats, wish: Wish, pick: Pick = random.choice
    ) -> None:
        self._seating = seating
        self._wish = wish
        self._pick = pick
        self.takeable = both(free, seating.allowed(wish.zones, wish.features))
        # Beside whom a seat is not alone: whatever most customers may take, and these.
        self._open = plus(minus(free, seating.accessible), self.takeable)

    def seats(self) -> Seats | None:
        """None: there are not so many, or not so close together."""
        count, together = self._wish.count, self._wish.together
        if block := self._block(self.takeable, self._open, count):
            return block
        if together is Together.ROW or count > self.available():
            return None
        return self._nearby() or (self._apart() if together is Together.ANY else None)

    def available(self) -> int:
        return sum(row.bit_count() for row in self.takeable)

    def largest_together(self) -> int:
        """The longest block side by side that splits no sofa."""
        longest = 0
        for row, free in zip(self._seating.rows, self.takeable, strict=True):
            for count in range(longest + 1, free.bit_count() + 1):
                if starts_of(row, free, count):
                    longest = count
        return longest

    def _nearby(self) -> Seats | None:
        groups = nearby_seats(self._seating, self.takeable, self._wish.count)
        some = islice(filter(self._suits, groups), GROUPS)
        return min(some, key=self._disadvantages, default=None)

    def _apart(self) -> Seats | None:
        ways = (
            self._parts(),
            scattered_seats(self._seating, self.takeable, self._wish.count),
        )
        return next((seats for seats in ways if seats and self._suits(seats)), None)

    def _disadvantages(self, seats: Seats) -> tuple[int, float]:
        alone = sum(lone(row).bit_count() for row in minus(self._open, seats))
        return alone, self._seating.distance(self._seating.listed(seats))

    def _parts(self) -> Seats | None:
        """In as few blocks as possible."""
        takeable, open_, chosen = self.takeable, self._open, [0] * len(self.takeable)
        missing = size = self._wish.count
        while missing and size:
            block = self._block(takeable, open_, size)
            if block is None:
                size -= 1
                continue
            chosen = plus(chosen, block)
            takeable, open_ = minus(takeable, block), minus(open_, block)
            missing -= size
            size = min(size, missing)
        return None if missing else chosen

    def _block(self, takeable: Seats, open_: Seats, count: int) -> Seats | None:
        """The best seats side by side, with as few left alone as possible."""
        for alone in range(3):
            found = self._near_equals(takeable, open_, count, alone)
            if found:
                odd = [_odd_runs(open_[row], bit, count) for _, row, bit in found]
                fewest = min(odd)
                even = [each for each, n in zip(found, odd, strict=True) if n == fewest]
                _, row, bit = self._pick(even)
                return self._block_at(row, bit, count)
        return None

    def _near_equals(
        self, takeable: Seats, open_: Seats, count: int, alone: int
    ) -> list[FoundBlock]:
        """Free blocks that leave up to so many seats alone, the nearest first."""
        found: list[FoundBlock] = []
        limit = float("inf")
        for nearest, row, blocks in self._seating.blocks(count):
            if nearest > limit:
                break
            starts = starts_of(self._seating.rows[row], takeable[row], count)
            if not starts:
                continue
            left, right = leaves_left(open_[row]), leaves_right(open_[row], count)
            starts &= ~((left | right, left & right, 0)[alone])
            for distance, bit in blocks if starts else ():
                if distance > limit:
                    break
                if starts >> bit & 1 and self._suits_at(row, bit, count):
                    found.append((distance, row, bit))
                    limit = min(limit, distance + NEAR_EQUAL)
        return [each for each in found if each[0] <= limit]

    def _suits_at(self, row: int, bit: int, count: int) -> bool:
        features = self._wish.features
        return not features or self._suits(self._block_at(row, bit, count))

    def _suits(self, seats: Seats) -> bool:
        """Each named feature is there, and companions have their wheelchair place."""
        wish = self._wish
        listed = self._seating.listed(seats)
        return wish.features <= {f for seat in listed for f in seat.features} and (
            wish.companions_released or not self._seating.unaccompanied(listed)
        )

    def _block_at(self, row: int, bit: int, count: int) -> Seats:
        seats = [0] * len(self._seating.rows)
        seats[row] = ((1 << count) - 1) << bit
        return seats


def _odd_runs(free: int, bit: int, count: int) -> int:
    """How many runs of odd length a block leaves beside it."""
    first, end = run_around(free, bit)
    return (bit - first) % 2 + (end - bit - count) % 2
