from uuid import uuid4

import pytest

from domain.errors import SeatsUnavailableError
from domain.money import Money
from domain.seats import Position, SeatStatus, SessionSeat, seat_order


def seat(row: str, number: int) -> SessionSeat:
    return SessionSeat(
        id=uuid4(),
        row=row,
        number=number,
        status=SeatStatus.HELD,
        version=2,
        price=Money(2500, "BRL"),
    )


IN_ORDER = [
    *(seat("A", 2), seat("A", 10), seat("B", 1)),
    *(seat("Z", 1), seat("AA", 1), seat("AB", 3)),
]


def test_rows_are_ordered_from_a_to_z_and_then_aa() -> None:
    backwards = IN_ORDER[::-1]

    assert sorted(backwards, key=seat_order) == IN_ORDER


def test_a_refusal_names_the_seats_in_that_order() -> None:
    assert SeatsUnavailableError(IN_ORDER[::-1]).seats == tuple(IN_ORDER)


@pytest.mark.parametrize("text", ["0", "7", str(2**63 - 1)])
def test_a_position_is_read_as_it_was_written(text: str) -> None:
    assert str(Position.parse(text)) == text


@pytest.mark.parametrize("text", [None, "", "-1", "1_0", "٣", "\x00", str(2**63)])
def test_other_text_is_no_position(text: str | None) -> None:
    assert Position.parse(text) is None
