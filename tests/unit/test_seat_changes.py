"""Changes of seats: what a whole plan allows, and what is wrong with others."""

import math
from dataclasses import asdict, replace
from uuid import UUID

import pytest

from domain.errors import InvalidInputError
from domain.new_seats import NewSeats
from domain.seat_changes import (
    EnteredFacts,
    SeatChange,
    changed_seats,
    validated_changes,
)
from domain.seat_plan import Seat, SeatFeature, Zones
from domain.seat_rows import planned

STANDARD, VIP = UUID(int=1), UUID(int=2)
ZONES = Zones(STANDARD, frozenset({STANDARD, VIP}))
SOFAS = (SeatFeature.SOFA_LEFT, SeatFeature.SOFA_RIGHT)


def _seats() -> list[Seat]:
    """A1 to A3, and the sofa B1 with B2."""
    rows = [NewSeats("A", 3), NewSeats("B", 2, features=SOFAS)]
    facts = planned((), rows, ZONES)
    return [
        Seat(id=UUID(int=100 + place), **asdict(each))
        for place, each in enumerate(facts)
    ]


SEATS = _seats()
A1, A2, A3, B1, B2 = SEATS


def change(*changes: tuple[Seat, EnteredFacts]) -> list[Seat]:
    entered = [SeatChange(seat.id, facts) for seat, facts in changes]
    return changed_seats(SEATS, validated_changes(entered), ZONES)


def refused(*changes: tuple[Seat, EnteredFacts]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInputError) as error:
        change(*changes)
    wrong = (error.value, *error.value.others)
    return [(".".join(each.field), each.rule) for each in wrong]


@pytest.mark.parametrize(
    "label", ["G12", "א12", "١٢", "क्षि १", "後ろ 3", "Loge n° 4", "x" * 20]
)
def test_a_label_may_be_of_any_script(label: str) -> None:
    assert change((A1, {"label": label})) == [replace(A1, label=label)]


def test_facts_change_one_by_one() -> None:
    facts: EnteredFacts = {
        "x": 0.25,
        "y": 0.5,
        "place": 7,
        "zone_id": VIP,
        "features": [SeatFeature.RECLINER, SeatFeature.AISLE, SeatFeature.AISLE],
        "out_of_service": True,
    }

    [seat] = change((A1, facts))

    assert (seat.label, seat.x, seat.y, seat.place) == ("A1", 0.25, 0.5, 7)
    assert seat.features == (SeatFeature.AISLE, SeatFeature.RECLINER)
    assert seat.zone_id == VIP and seat.out_of_service


def test_two_seats_exchange_labels_and_places() -> None:
    seats = change(
        (A1, {"label": "A2", "x": 1, "place": 1}),
        (A2, {"label": "A1", "x": 0, "place": 0}),
    )

    assert [(seat.number, seat.label, seat.place) for seat in seats] == [
        (1, "A2", 1),
        (2, "A1", 0),
    ]


def test_what_stays_the_same_is_no_change() -> None:
    assert change((A1, {"label": " A1 "}), (A2, {})) == []


@pytest.mark.parametrize(
    ("facts", "path", "rule"),
    [
        ({"label": None}, "label", "value_missing"),
        ({"out_of_service": None}, "outOfService", "value_missing"),
        ({"label": ""}, "label", "name_length"),
        ({"label": "x" * 21}, "label", "name_length"),
        ({"label": "A\n1"}, "label", "name_length"),
        ({"label": "\u202eA1"}, "label", "name_length"),
        ({"label": "\u3164"}, "label", "name_length"),
        ({"x": -0.5}, "x", "number_range"),
        ({"x": math.inf}, "x", "number_range"),
        ({"y": 1_000.5}, "y", "number_range"),
        ({"place": -1}, "place", "number_range"),
        ({"zone_id": UUID(int=3)}, "zoneId", "zone_unknown"),
        ({"features": [*SOFAS]}, "features", "features_conflict"),
        ({"features": [SeatFeature.SOFA_LEFT]}, "features", "seat_sofa"),
        ({"label": "a3"}, "label", "seat_label"),
        ({"label": "Á\N{FULLWIDTH DIGIT THREE}"}, "label", "seat_label"),
        ({"place": 2}, "place", "seat_place"),
        ({"x": 2.4}, "x", "seat_spot"),
    ],
)
def test_refuses_a_change(facts: EnteredFacts, path: str, rule: str) -> None:
    assert refused((A1, facts)) == [(f"seats.0.{path}", rule)]


def test_half_a_sofa_cannot_go() -> None:
    assert refused((B2, {"features": []})) == [("seats", "seat_sofa")]
    assert change((B1, {"features": []}), (B2, {"features": []}))


def test_refuses_lists() -> None:
    other = replace(A1, id=UUID(int=999))

    assert refused() == [("seats", "seats_missing")]
    assert refused((A1, {}), (A1, {})) == [("seats.1.id", "entry_repeated")]
    assert refused((other, {})) == [("seats.0.id", "seat_unknown")]
    too_many: list[tuple[Seat, EnteredFacts]] = [(A1, {})] * 2_001
    assert refused(*too_many) == [("seats", "room_seats")]
