"""The rooms of the demo data: the seats that they have always had, on a plan."""

from collections import Counter

import pytest

from domain.seat_plan import SeatFacts, SeatFeature, clashes
from seeds.ids import seeded_id
from seeds.rooms import ROOMS, SeedRoom, row_label


@pytest.fixture(params=ROOMS, ids=[room.name for room in ROOMS])
def room(request: pytest.FixtureRequest) -> SeedRoom:
    seeded: SeedRoom = request.param
    return seeded


def seats_of(room: SeedRoom) -> list[SeatFacts]:
    return [seat for _, seat in room.seats()]


def test_each_seat_keeps_its_id_row_and_number(room: SeedRoom) -> None:
    assert {(key, seat.row, seat.number) for key, seat in room.seats()} == {
        (seeded_id("seat", f"{room.name}:{row}:{number}"), row, number)
        for row in map(row_label, range(room.rows))
        for number in range(1, room.seats_in_row + 1)
    }


def test_its_plan_is_believable(room: SeedRoom) -> None:
    seats = seats_of(room)
    features = Counter(feature for seat in seats for feature in seat.features)
    vip = {seat.row for seat in seats if seat.zone_id == room.cinema.vip_zone_id}
    places = {seat.number: seat.place for seat in seats if seat.row == row_label(1)}

    assert list(clashes(seats)) == []
    assert features[SeatFeature.WHEELCHAIR] == features[SeatFeature.COMPANION] == 2
    sofas = room.seats_in_row // 2
    assert features[SeatFeature.SOFA_LEFT] == features[SeatFeature.SOFA_RIGHT] == sofas
    assert features[SeatFeature.AISLE] >= 2 * (room.rows - 3)
    assert len(vip) == 2
    assert features[SeatFeature.RECLINER] == 2 * room.seats_in_row
    assert places[3] < places[1] < places[2] < places[4]
    assert {seat.y for seat in seats} == set(range(room.rows))


def test_a_companion_is_beside_the_wheelchair(room: SeedRoom) -> None:
    last = {seat.place: seat for seat in seats_of(room) if seat.y == room.rows - 1}

    def places(feature: SeatFeature) -> list[int]:
        return sorted(place for place in last if feature in last[place].features)

    left, right = places(SeatFeature.WHEELCHAIR)
    assert places(SeatFeature.COMPANION) == [left + 1, right - 1]
