"""The best seats of a room, compared with all that there are in small rooms."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from math import hypot
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from domain.best_seats import NEAR_EQUAL, Choice, FoundBlock, Together, Wish
from domain.orphans import orphans_left
from domain.seat_groups import are_near
from domain.seat_plan import Seat, SeatFeature
from domain.seating import OBSTRUCTED_DISTANCE, Seating, minus
from tests.support.small_rooms import SmallRoom, seat, small_rooms, wishes


def near_equals(room: SmallRoom, wish: Wish) -> set[tuple[Seat, ...]]:
    """The blocks among which the choice is left to chance."""
    open_ = room.open(wish)
    xs, ys = [s.x for s in room.seats], [s.y for s in room.seats]
    focus = (min(xs) + max(xs)) / 2, min(ys) + (max(ys) - min(ys)) * 2 / 3

    def alone(block: Sequence[Seat]) -> int:
        return len(room.lone(open_ - {*block}) - room.lone(open_))

    def distance(block: Sequence[Seat]) -> float:
        x = sum(s.x for s in block) / len(block)
        y = sum(s.y for s in block) / len(block)
        obstructed = any(SeatFeature.OBSTRUCTED_VIEW in s.features for s in block)
        return hypot(x - focus[0], y - focus[1]) + obstructed * OBSTRUCTED_DISTANCE

    def odd_runs(block: Sequence[Seat]) -> int:
        return sum(
            next(n for n in count() if room.beside(end, step * (n + 1)) not in open_)
            % 2
            for end, step in ((block[0], -1), (block[-1], 1))
        )

    blocks = list(room.blocks(wish))
    fewest = min(map(alone, blocks), default=0)
    blocks = [block for block in blocks if alone(block) == fewest]
    nearest = min(map(distance, blocks), default=0.0)
    blocks = [block for block in blocks if distance(block) <= nearest + NEAR_EQUAL]
    even = min(map(odd_runs, blocks), default=0)
    return {block for block in blocks if odd_runs(block) == even}


@given(room=small_rooms(), wish=wishes())
def test_a_block_is_one_of_the_best(room: SmallRoom, wish: Wish) -> None:
    seating = Seating(room.seats)
    offered: list[tuple[Seat, ...]] = []

    def pick(found: Sequence[FoundBlock]) -> FoundBlock:
        for _, row, bit in found:
            seats = seating.rows[row].seats
            offered.append(tuple(seats[bit + i] for i in range(wish.count)))
        return found[-1]

    chosen = Choice(seating, seating.seats(room.free), wish, pick).seats()
    assert {*offered} == near_equals(room, wish)
    assert (chosen is None) == (not offered)
    if chosen is not None:
        assert tuple(seating.listed(chosen)) == offered[-1]


def is_connected(chosen: Sequence[Seat]) -> bool:
    reached, edge = {chosen[0]}, [chosen[0]]
    while edge:
        here = edge.pop()
        beside = {s for s in chosen if s not in reached and are_near(here, s)}
        reached |= beside
        edge += beside
    return len(reached) == len(chosen)


@given(room=small_rooms(), wish=wishes())
def test_near_seats_are_found_if_there_are_any(room: SmallRoom, wish: Wish) -> None:
    wish = replace(wish, together=Together.NEAR, features=frozenset())
    seating = Seating(room.seats)
    chosen = Choice(seating, seating.seats(room.free), wish).seats()
    ways = {each for each in room.sets(wish) if is_connected(each)}
    if chosen is not None:
        assert tuple(sorted(seating.listed(chosen), key=lambda s: s.id)) in ways
    elif not any(map(room.other_half, room.seats)):
        assert not ways


@given(room=small_rooms(), wish=wishes())
def test_any_seats_are_found_if_there_are_any(room: SmallRoom, wish: Wish) -> None:
    wish = replace(wish, together=Together.ANY)
    seating = Seating(room.seats)
    chosen = Choice(seating, seating.seats(room.free), wish).seats()
    ways = {*room.sets(wish)}
    if chosen is not None:
        assert tuple(sorted(seating.listed(chosen), key=lambda s: s.id)) in ways
    elif not wish.features:
        assert not ways


@given(room=small_rooms(), wish=wishes())
def test_what_there_is_is_counted(room: SmallRoom, wish: Wish) -> None:
    wish = replace(wish, features=frozenset())
    seating = Seating(room.seats)
    choice = Choice(seating, seating.seats(room.free), wish)
    assert choice.available() == len(room.takeable(wish))
    fitting = [n for n in range(1, 8) if [*room.blocks(replace(wish, count=n))]]
    assert choice.largest_together() == max(fitting, default=0)


@given(st.lists(st.integers(1, 8), min_size=1, max_size=6), st.randoms())
def test_pairs_fill_even_runs(halves: list[int], random: Random) -> None:
    seats = [seat(row, p) for row, half in enumerate(halves) for p in range(2 * half)]
    seating = Seating(seats)
    free = seating.seats(each.id for each in seats)
    for _ in range(sum(halves)):
        pair = Choice(seating, free, Wish(count=2), random.choice).seats()
        assert pair is not None
        assert not orphans_left(seating, free, pair)
        free = minus(free, pair)
    assert not any(free)


def test_the_best_seats_are_in_the_middle_two_thirds_back() -> None:
    seats = [seat(row, place) for row in range(13) for place in range(21)]
    seating = Seating(seats)
    wish = Wish(count=1)
    free = seating.seats(each.id for each in seats)
    chosen = Choice(seating, free, wish, lambda found: found[0]).seats()
    assert chosen is not None
    assert [each.label for each in seating.listed(chosen)] == ["I11"]


def test_a_companion_place_comes_with_its_wheelchair_place() -> None:
    wheelchair, companion = (SeatFeature.WHEELCHAIR,), (SeatFeature.COMPANION,)
    seats = [
        seat(0, 0, companion),
        seat(0, 1, wheelchair),
        seat(0, 3, wheelchair),
        seat(0, 4, companion),
        seat(0, 6),
    ]
    seating = Seating(seats)
    free = seating.seats(each.id for each in seats if each.place != 1)

    def best(n: int, *features: SeatFeature, released: bool = False) -> list[int]:
        wish = Wish(count=n, features=frozenset(features), companions_released=released)
        found = Choice(seating, free, wish).seats()
        return [each.place for each in seating.listed(found)] if found else []

    assert best(2, SeatFeature.WHEELCHAIR, SeatFeature.COMPANION) == [3, 4]
    assert best(1, SeatFeature.COMPANION) == []
    assert best(1, SeatFeature.COMPANION, released=True) == [4]
    assert best(1) == [6]
    assert seating.unaccompanied([seats[0], seats[2]]) == [seats[0]]
