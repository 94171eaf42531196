"""Lone seats that a hold leaves: free seats without a free seat beside them.

It is politeness: it is judged on the newest map that we have, and decides nothing.
"""

from domain.seat_plan import Seat
from domain.seating import Seating, Seats, bits_of, minus


def lone(free: int) -> int:
    """The free seats of a row without a free neighbour."""
    return free & ~(free << 1) & ~(free >> 1)


def leaves_left(free: int) -> int:
    """Where a block begins that leaves one free seat alone on its left."""
    return (free & ~(free << 1)) << 1


def leaves_right(free: int, count: int) -> int:
    """Where a block of so many seats begins that leaves one alone on its right."""
    return (free & ~(free >> 1)) >> count


def run_around(free: int, bit: int) -> tuple[int, int]:
    """Of the free seats side by side with that one: the first bit, and the end."""
    first = (~free & ((1 << bit) - 1)).bit_length()
    taken = ~(free >> bit)
    return first, bit + (taken & -taken).bit_length() - 1


def orphans_left(seating: Seating, free: Seats, wanted: Seats) -> list[Seat]:
    """The lone seats that a hold of the wanted seats would add.

    Wheelchair and companion places do not count: most customers cannot take them. Nor
    does the last seat of a run: each choice of so many seats there leaves one.
    """
    ordinary = minus(free, seating.accessible)
    return seating.listed(
        [_added(row, taken) for row, taken in zip(ordinary, wanted, strict=True)]
    )


def _added(free: int, wanted: int) -> int:
    added = lone(free & ~wanted) & ~lone(free)
    for bit in bits_of(added):
        first, end = run_around(free, bit)
        run = (1 << end) - (1 << first)
        if (run & ~wanted).bit_count() == 1:
            added ^= 1 << bit
    return added
