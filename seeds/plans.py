"""The plan that the rooms have: each feature is somewhere in each of them."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from domain.new_seats import NewSeats
from domain.seat_plan import SeatFeature

WITH_TWO_AISLES = 12  # seats in a row; fewer have one
SOFAS = (SeatFeature.SOFA_LEFT, SeatFeature.SOFA_RIGHT)


def plan(labels: Sequence[str], seats: int, vip_zone: UUID) -> list[NewSeats]:
    """Rows from the screen to the back wall, at least six, of at least ten seats.

    The first row is shifted by half a seat, the second has an odd and an even side. Two
    rows in the middle are VIP. The last but one has sofas, the last has a wheelchair
    place with its companion's at both ends.
    """
    first, second, *middle, sofas, last = labels
    aisles = _aisles(seats)
    vip = set(middle[(len(middle) - 1) // 2 :][:2])
    return [
        NewSeats(first, seats, offset=0.5, aisles=aisles),
        *_two_sides(second, seats),
        *(
            NewSeats(row, seats, aisles=aisles, zone_id=vip_zone, features=RECLINERS)
            if row in vip
            else NewSeats(row, seats, aisles=aisles)
            for row in middle
        ),
        *_sofas(sofas, seats),
        *_accessible(last, seats),
    ]


RECLINERS = (SeatFeature.RECLINER,)


def _aisles(seats: int) -> list[int]:
    if seats < WITH_TWO_AISLES:
        return [seats // 2]
    return [seats // 4, seats - seats // 4]


def _two_sides(row: str, seats: int) -> Iterator[NewSeats]:
    """1, 3, 5 from the middle to the left, and 2, 4, 6 to the right."""
    odd = (seats + 1) // 2
    yield NewSeats(row, odd, step=2, right_to_left=True)
    yield NewSeats(row, seats - odd, step=2, first_number=2, offset=odd + 1)


def _sofas(row: str, seats: int) -> Iterator[NewSeats]:
    yield NewSeats(row, seats - seats % 2, features=SOFAS)
    if seats % 2:
        yield NewSeats(row, 1, first_number=seats)


def _accessible(row: str, seats: int) -> Iterator[NewSeats]:
    wheelchair, companion = (SeatFeature.WHEELCHAIR,), (SeatFeature.COMPANION,)
    yield NewSeats(row, 1, features=wheelchair)
    yield NewSeats(row, 1, first_number=2, features=companion)
    yield NewSeats(row, seats - 4, first_number=3)
    yield NewSeats(row, 1, first_number=seats - 1, features=companion)
    yield NewSeats(row, 1, first_number=seats, features=wheelchair)
