"""Rows of new seats: their numbers, labels and places, in rooms of every shape."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInputError
from domain.new_seats import MAX_ROWS, MAX_SEATS_IN_ROOM, NewSeats
from domain.seat_plan import SeatFacts, SeatFeature, Zones, clashes
from domain.seat_rows import planned

STANDARD, VIP = UUID(int=1), UUID(int=2)
ZONES = Zones(STANDARD, frozenset({STANDARD, VIP}))
SOFAS = (SeatFeature.SOFA_LEFT, SeatFeature.SOFA_RIGHT)


def plan(*rows: NewSeats, known: Sequence[SeatFacts] = ()) -> list[SeatFacts]:
    return planned(known, rows, ZONES)


def spots(seats: Sequence[SeatFacts]) -> dict[str, tuple[float, float, int]]:
    return {seat.label: (seat.x, seat.y, seat.place) for seat in seats}


def refused(*rows: NewSeats, known: Sequence[SeatFacts] = ()) -> list[tuple[str, str]]:
    """Path and rule of each wrong field."""
    with pytest.raises(InvalidInputError) as error:
        plan(*rows, known=known)
    wrong = (error.value, *error.value.others)
    return [(".".join(each.field), each.rule) for each in wrong]


def test_plain_rows_stand_one_behind_the_other_from_the_left_wall() -> None:
    seats = plan(NewSeats("A", 2), NewSeats("B", 1))

    assert spots(seats) == {"A1": (0, 0, 0), "A2": (1, 0, 1), "B1": (0, 1, 0)}
    assert {seat.zone_id for seat in seats} == {STANDARD}
    assert not any(seat.features or seat.out_of_service for seat in seats)


def test_a_curved_room_has_offsets_and_depths() -> None:
    seats = plan(
        NewSeats("A", 2, offset=1.5, y=0.25),
        NewSeats("B", 2, offset=0.75),
    )

    assert spots(seats) == {
        "A1": (1.5, 0.25, 1),
        "A2": (2.5, 0.25, 2),
        "B1": (0.75, 1, 0),
        "B2": (1.75, 1, 1),
    }


def test_an_aisle_skips_a_place_and_the_seats_beside_it_know_it() -> None:
    seats = plan(NewSeats("A", 5, aisles=[2]))

    assert [seat.place for seat in seats] == [0, 1, 3, 4, 5]
    assert [seat.number for seat in seats if seat.features] == [2, 3]
    assert {seat.features for seat in seats} == {(), (SeatFeature.AISLE,)}


def test_numbers_run_from_right_to_left() -> None:
    seats = plan(NewSeats("א", 3, aisles=[1], right_to_left=True))

    assert [(seat.label, seat.place) for seat in seats] == [
        ("א3", 0),
        ("א2", 1),
        ("א1", 3),
    ]


def test_a_row_has_an_odd_side_and_an_even_side() -> None:
    seats = plan(
        NewSeats("A", 3, step=2, right_to_left=True),
        NewSeats("A", 3, step=2, first_number=2, offset=4),
    )

    assert {seat.number: seat.place for seat in seats} == {
        5: 0,
        3: 1,
        1: 2,
        2: 4,
        4: 5,
        6: 6,
    }
    assert {seat.y for seat in seats} == {0}


@pytest.mark.parametrize(
    ("row", "label"),
    [
        ("1", "1-1"),
        ("B2", "B2-1"),
        ("2B", "2B1"),
        ("٣", "٣-1"),
        ("ש", "ש1"),
        ("ج", "ج1"),
        ("क्ष", "क्ष1"),
    ],
)
def test_a_label_is_row_and_number_in_any_script(row: str, label: str) -> None:
    assert [seat.label for seat in plan(NewSeats(row, 1))] == [label]


def test_labels_of_numbered_rows_differ() -> None:
    labels = {seat.label for seat in plan(NewSeats("1", 12), NewSeats("11", 2))}

    assert {"1-12", "11-2"} <= labels and len(labels) == 14


def test_a_row_grows_on_the_side_where_its_numbers_go_on() -> None:
    known = plan(
        NewSeats("A", 2, offset=5),
        NewSeats("B", 2, offset=5, right_to_left=True),
        NewSeats("C", 2, step=2),
    )

    seats = plan(
        NewSeats("A", 1, zone_id=VIP),
        NewSeats("B", 2, right_to_left=True),
        NewSeats("C", 1, step=2),
        known=known,
    )

    assert spots(seats) == {
        "A3": (7, 0, 7),
        "B4": (3, 1, 3),
        "B3": (4, 1, 4),
        "C5": (2, 2, 2),
    }
    assert [seat.zone_id for seat in seats] == [VIP, STANDARD, STANDARD, STANDARD]


def test_sofas_alternate_in_each_run() -> None:
    seats = plan(NewSeats("A", 6, aisles=[2], features=SOFAS))

    halves = [
        feature for seat in seats for feature in seat.features if feature in SOFAS
    ]
    assert halves == [*SOFAS] * 3


@pytest.mark.parametrize(
    ("row", "path", "rule"),
    [
        (NewSeats("A", 3, features=SOFAS), "features", "seat_sofa"),
        (
            NewSeats("A", 1, features=[SeatFeature.SOFA_LEFT]),
            "features",
            "seat_sofa",
        ),
        (NewSeats("A", 3, aisles=[4]), "aisles.0", "aisle_unknown"),
        (NewSeats("A", 2, offset=999.5), "offset", "number_range"),
        (NewSeats("A", 1, zone_id=UUID(int=3)), "zoneId", "zone_unknown"),
    ],
)
def test_refuses_a_row(row: NewSeats, path: str, rule: str) -> None:
    assert refused(row) == [(f"rows.0.{path}", rule)]


@pytest.mark.parametrize(
    ("row", "path", "rule"),
    [
        (NewSeats("A", 1, first_number=2), "firstNumber", "seat_number_taken"),
        (NewSeats("A", 1, offset=1.9), "offset", "seat_place"),
        (NewSeats("B", 1, offset=1.4, y=0.3), "offset", "seat_spot"),
        (NewSeats("À", 1, first_number=1), "row", "seat_label"),
        (NewSeats("B", 1, right_to_left=True, y=1_001), "y", "number_range"),
        (NewSeats("A", 1, right_to_left=True), "offset", "number_range"),
    ],
)
def test_refuses_what_does_not_fit_beside_the_seats_of_the_room(
    row: NewSeats, path: str, rule: str
) -> None:
    known = plan(NewSeats("A", 2))

    assert refused(row, known=known) == [(f"rows.0.{path}", rule)]


def test_two_rows_of_one_input_may_not_clash() -> None:
    rows = [NewSeats("A", 2), NewSeats("B", 2, y=0), NewSeats("C", 1, y=0.4)]

    assert refused(*rows) == [
        ("rows.1.offset", "seat_spot"),
        ("rows.2.offset", "seat_spot"),
    ]


@pytest.mark.parametrize(
    ("known", "rows", "wrong"),
    [
        ({}, [NewSeats(f"{n}", 20) for n in range(MAX_ROWS)], []),
        ({"A": 90}, [NewSeats("A", 10)], []),
        ({"A": 91}, [NewSeats("A", 10)], [("rows.0.seats", "row_seats")]),
        ({f"{n}": 1 for n in range(100)}, [NewSeats("7", 1)], []),
        (
            {f"{n}": 1 for n in range(100)},
            [NewSeats("A", 1)],
            [("rows", "room_rows")],
        ),
        ({f"{n}": 100 for n in range(19)}, [NewSeats("A", 100)], []),
        (
            {f"{n}": 100 for n in range(20)},
            [NewSeats("A", 1)],
            [("rows", "room_seats")],
        ),
    ],
)
def test_a_room_has_bounds_however_it_grew(
    known: dict[str, int], rows: list[NewSeats], wrong: list[tuple[str, str]]
) -> None:
    seats = plan(*(NewSeats(row, count) for row, count in known.items()))

    if wrong:
        assert refused(*rows, known=seats) == wrong
    else:
        assert len(plan(*rows, known=seats)) <= MAX_SEATS_IN_ROOM


ROW = st.builds(
    NewSeats,
    row=st.sampled_from(["A", "B", "1", "11", "א", "É"]),
    seats=st.integers(1, 12),
    offset=st.none() | st.floats(0, 20),
    y=st.none() | st.floats(0, 5),
    aisles=st.lists(st.integers(1, 12), max_size=3),
    first_number=st.none() | st.integers(1, 30),
    step=st.integers(1, 3),
    right_to_left=st.booleans(),
    features=st.lists(st.sampled_from(SeatFeature), max_size=2),
)


@given(st.lists(ROW, min_size=1, max_size=6))
def test_a_plan_is_refused_or_has_each_seat_once(rows: list[NewSeats]) -> None:
    try:
        seats = plan(*rows)
    except InvalidInputError:
        return
    assert len({(seat.row, seat.number) for seat in seats}) == len(seats)
    assert len({(seat.row, seat.place) for seat in seats}) == len(seats)
    assert list(clashes(seats)) == []
    for one in seats:
        for other in seats:
            apart = max(abs(one.x - other.x), abs(one.y - other.y))
            assert one is other or apart >= 0.5
