"""Places in another room for the seats of a session."""

from uuid import UUID

import pytest

from domain.errors import InvalidInputError, NotFoundError
from domain.seat_plan import SeatFeature
from domain.seat_transfers import RoomSeat, SeatOnSale, Transfer, transfer

WHEELCHAIR = SeatFeature.WHEELCHAIR


def seat(
    number: int, label: str, *features: SeatFeature, broken: bool = False
) -> RoomSeat:
    return RoomSeat(
        id=UUID(int=number), label=label, features=features, out_of_service=broken
    )


def sold(number: int, there: RoomSeat) -> SeatOnSale:
    return SeatOnSale(id=UUID(int=number), seat=there, is_taken=True)


def free(number: int, there: RoomSeat) -> SeatOnSale:
    return SeatOnSale(id=UUID(int=number), seat=there, is_taken=False)


def ids(*numbers: int) -> tuple[UUID, ...]:
    return tuple(UUID(int=number) for number in numbers)


def places(plan: Transfer) -> dict[int, int]:
    return {seat.int: place.int for seat, place in plan.places.items()}


def test_equal_labels_are_the_same_place() -> None:
    seats = [free(1, seat(11, "a1")), sold(2, seat(12, "a2")), free(3, seat(13, "z"))]
    room = [seat(21, "a1"), seat(22, "a2"), seat(23, "a3")]

    plan = transfer(seats, room, ())

    assert places(plan) == {1: 21, 2: 22}
    assert (plan.homeless, plan.gone, plan.new) == ((), ids(3), ids(23))


def test_what_was_chosen_comes_first() -> None:
    seats = [sold(1, seat(11, "a1")), sold(2, seat(12, "a2")), free(3, seat(13, "a3"))]
    room = [seat(21, "a1"), seat(22, "a2"), seat(23, "a3")]

    chosen = [(UUID(int=1), UUID(int=22)), (UUID(int=2), UUID(int=23))]
    plan = transfer(seats, room, chosen)

    assert places(plan) == {1: 22, 2: 23}
    assert (plan.homeless, plan.gone, plan.new) == ((), ids(3), ids(21))


@pytest.mark.parametrize("there", [[], [seat(21, "b1")], [seat(21, "a1", broken=True)]])
def test_a_customer_without_a_place_is_homeless(there: list[RoomSeat]) -> None:
    plan = transfer([sold(1, seat(11, "a1"))], there, ())

    assert (plan.places, plan.homeless, plan.gone) == ({}, ids(1), ())


def test_a_place_for_a_wheelchair_stays_one() -> None:
    seats = [sold(1, seat(11, "a1", WHEELCHAIR)), sold(2, seat(12, "a2"))]
    room = [seat(21, "a1"), seat(22, "a2", WHEELCHAIR), seat(23, "a3", WHEELCHAIR)]

    assert transfer(seats, room, ()).homeless == ids(1)
    chosen = transfer(seats, room, [(UUID(int=1), UUID(int=23))])
    assert places(chosen) == {1: 23, 2: 22}


def test_a_seat_out_of_service_is_a_place_for_nobody_but_who_chooses_it() -> None:
    room = [seat(21, "a1", broken=True)]

    assert places(transfer([free(1, seat(11, "a1"))], room, ())) == {1: 21}
    chosen = transfer([sold(1, seat(11, "a1"))], room, [(UUID(int=1), UUID(int=21))])
    assert places(chosen) == {1: 21}


def test_wrong_choices_are_refused() -> None:
    seats = [sold(1, seat(11, "a1")), sold(2, seat(12, "a2"))]
    room = [seat(21, "a1"), seat(22, "a2")]
    for pair in ((1, 12), (3, 21)):
        with pytest.raises(NotFoundError):
            transfer(seats, room, [(UUID(int=pair[0]), UUID(int=pair[1]))])
    with pytest.raises(InvalidInputError) as wrong:
        transfer(
            seats,
            room,
            [(UUID(int=1), UUID(int=21)), (UUID(int=1), UUID(int=21))],
        )
    assert [each.field for each in (wrong.value, *wrong.value.others)] == [
        ("seats", "1", "from"),
        ("seats", "1", "to"),
    ]
