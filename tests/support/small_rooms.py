"""Small rooms for hypothesis, and what their seats are, found the slow way."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final
from uuid import UUID

from hypothesis import strategies as st

from domain.best_seats import Wish
from domain.seat_plan import Seat, SeatFeature

ZONES: Final = tuple(UUID(int=number) for number in (1, 2))
PLACES: Final = 7
FEATURES: Final[tuple[tuple[SeatFeature, ...], ...]] = (
    (),
    (),
    (),
    (SeatFeature.WHEELCHAIR,),
    (SeatFeature.COMPANION,),
    (SeatFeature.SOFA_LEFT,),
    (SeatFeature.SOFA_RIGHT,),
    (SeatFeature.RECLINER,),
    (SeatFeature.RECLINER, SeatFeature.OBSTRUCTED_VIEW),
)
ACCESSIBLE: Final = {SeatFeature.WHEELCHAIR, SeatFeature.COMPANION}


def seat(
    row: int,
    place: int,
    features: Sequence[SeatFeature] = (),
    zone: UUID = ZONES[0],
    x: float | None = None,
) -> Seat:
    return Seat(
        id=UUID(int=row * 1_000 + place + 1),
        row=chr(ord("A") + row),
        number=place + 1,
        label=f"{chr(ord('A') + row)}{place + 1}",
        x=float(place) if x is None else x,
        y=float(row),
        place=place,
        features=tuple(features),
        zone_id=zone,
        out_of_service=False,
    )


@dataclass(frozen=True)
class SmallRoom:
    seats: tuple[Seat, ...]
    free: frozenset[UUID]

    def beside(self, seat: Seat, step: int) -> Seat | None:
        wanted = (seat.row, seat.place + step)
        return next((s for s in self.seats if (s.row, s.place) == wanted), None)

    def other_half(self, seat: Seat) -> Seat | None:
        for half, step, other in (
            (SeatFeature.SOFA_LEFT, 1, SeatFeature.SOFA_RIGHT),
            (SeatFeature.SOFA_RIGHT, -1, SeatFeature.SOFA_LEFT),
        ):
            found = self.beside(seat, step) if half in seat.features else None
            if found and other in found.features:
                return found
        return None

    def splits(self, chosen: Iterable[Seat]) -> bool:
        chosen = set(chosen)
        halves = map(self.other_half, chosen)
        return any(other is not None and other not in chosen for other in halves)

    def takeable(self, wish: Wish) -> set[Seat]:
        return {s for s in self.seats if s.id in self.free and _may_have(s, wish)}

    def open(self, wish: Wish | None = None) -> set[Seat]:
        """Beside which of the free seats others can sit."""
        free = {s for s in self.seats if s.id in self.free}
        ordinary = {s for s in free if ACCESSIBLE.isdisjoint(s.features)}
        return ordinary | (self.takeable(wish) if wish else set())

    def lone(self, free: set[Seat]) -> set[Seat]:
        return {
            s for s in free if not {self.beside(s, -1), self.beside(s, 1)} & {*free}
        }

    def sets(self, wish: Wish) -> Iterator[tuple[Seat, ...]]:
        """Every set of seats that the wish may have, wherever they are."""
        for chosen in combinations(sorted(self.takeable(wish), key=_id), wish.count):
            features = {f for each in chosen for f in each.features}
            if not self.splits(chosen) and wish.features <= features:
                yield chosen

    def blocks(self, wish: Wish) -> Iterator[tuple[Seat, ...]]:
        for chosen in self.sets(wish):
            first = chosen[0]
            if all(
                each == self.beside(first, step) for step, each in enumerate(chosen)
            ):
                yield chosen


def _id(seat: Seat) -> int:
    return seat.id.int


def _may_have(seat: Seat, wish: Wish) -> bool:
    sofa = {SeatFeature.SOFA_LEFT, SeatFeature.SOFA_RIGHT}
    features = set(seat.features)
    groups = [wish.features & ACCESSIBLE, wish.features & sofa]
    groups += [frozenset({each}) for each in wish.features - ACCESSIBLE - sofa]
    return (
        (wish.zones is None or seat.zone_id in wish.zones)
        and all(group & features for group in groups if group)
        and features & ACCESSIBLE <= wish.features
    )


@st.composite
def small_rooms(draw: st.DrawFn) -> SmallRoom:
    seats = []
    for row in range(draw(st.integers(1, 3))):
        shift = draw(st.sampled_from((0.0, 0.5)))
        before: tuple[SeatFeature, ...] = ()
        for place in sorted(draw(st.sets(st.integers(0, PLACES - 1), min_size=1))):
            features = draw(st.sampled_from(FEATURES))
            if before == (SeatFeature.SOFA_LEFT,) and draw(st.booleans()):
                features = (SeatFeature.SOFA_RIGHT,)
            before = features
            zone = draw(st.sampled_from(ZONES))
            seats.append(seat(row, place, features, zone, place + shift))
    free = draw(st.sets(st.sampled_from([s.id for s in seats])))
    return SmallRoom(tuple(seats), frozenset(free))


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    zones = draw(st.sampled_from((None, None, frozenset(ZONES[:1]))))
    named = draw(st.sets(st.sampled_from(SeatFeature), max_size=2))
    features = draw(st.sampled_from((frozenset[SeatFeature](), frozenset(named))))
    return Wish(
        count=draw(st.integers(1, 4)),
        zones=zones,
        features=features,
        companions_released=True,
    )
