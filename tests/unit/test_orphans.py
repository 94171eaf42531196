"""Lone seats, compared with every other choice in the same run."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from domain.better_seats import better_seats
from domain.orphans import orphans_left
from domain.seat_plan import Seat
from domain.seating import Seating
from tests.support.small_rooms import SmallRoom, seat, small_rooms


def runs(room: SmallRoom) -> list[set[Seat]]:
    left, found = room.open(), []
    while left:
        run = {left.pop()}
        while more := {
            s for s in left if {room.beside(s, 1), room.beside(s, -1)} & run
        }:
            run |= more
            left -= more
        found.append(run)
    return found


@given(room=small_rooms(), data=st.data())
def test_an_orphan_is_one_that_another_choice_would_not_leave(
    room: SmallRoom, data: st.DataObject
) -> None:
    seating = Seating(room.seats)
    free = sorted(room.free, key=str)
    wanted = data.draw(st.sets(st.sampled_from(free)) if free else st.just(set()))
    expected: set[Seat] = set()
    for run in runs(room):
        here = {s for s in run if s.id in wanted}
        others = [
            len(room.lone(run - {*chosen}) - room.lone(run))
            for chosen in combinations(run, len(here))
        ]
        added = room.lone(run - here) - room.lone(run)
        if len(added) > min(others):
            expected |= added
    left = orphans_left(seating, seating.seats(room.free), seating.seats(wanted))
    assert {*left} == expected


def test_the_middle_of_three_is_refused_and_an_end_is_not() -> None:
    seats = [seat(0, place) for place in range(3)]
    seating = Seating(seats)
    free = seating.seats(each.id for each in seats)

    def left(*places: int) -> list[int]:
        wanted = seating.seats(seats[place].id for place in places)
        return [each.place for each in orphans_left(seating, free, wanted)]

    assert left(1) == [0, 2]
    assert left(0) == left(2) == []
    assert left(0, 2) == left(0, 1) == []


@given(room=small_rooms(), data=st.data())
def test_better_seats_are_as_many_and_leave_none_alone(
    room: SmallRoom, data: st.DataObject
) -> None:
    seating = Seating(room.seats)
    everything = seating.seats(room.free)
    free = sorted(room.free, key=str)
    wanted = data.draw(st.sets(st.sampled_from(free)) if free else st.just(set()))
    better = better_seats(seating, everything, seating.seats(wanted))
    if better:
        chosen = {each.id for each in better}
        assert len(chosen) == len(wanted)
        assert chosen <= room.free
        assert not orphans_left(seating, everything, seating.seats(chosen))


@given(count=st.integers(4, 12), data=st.data())
def test_there_are_better_seats_in_a_plain_run(count: int, data: st.DataObject) -> None:
    seats = [seat(0, place) for place in range(count)]
    seating = Seating(seats)
    free = seating.seats(each.id for each in seats)
    places = data.draw(st.sets(st.integers(0, count - 1), min_size=1))
    wanted = seating.seats(seats[place].id for place in places)
    if orphans_left(seating, free, wanted):
        assert len(better_seats(seating, free, wanted)) == len(places)
