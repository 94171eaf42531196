"""Which seat of another room each seat of a session becomes, when the session moves."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.errors import InvalidInputError, NotFoundError, raise_if_any
from domain.seat_plan import SeatFeature

Moves = Sequence[tuple[UUID, UUID]]  # seats of the session, each with one of the room
WHEELCHAIR: Final = SeatFeature.WHEELCHAIR


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSeat:
    id: UUID
    label: str  # folded: how it is found
    features: Collection[SeatFeature]
    out_of_service: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatOnSale:
    """`id` is of the session, `seat` the one that it is now."""

    id: UUID
    seat: RoomSeat
    is_taken: bool  # held or sold


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """`homeless` are taken seats without a place, `gone` free ones; `new` are added."""

    places: Mapping[UUID, UUID]
    homeless: tuple[UUID, ...]
    gone: tuple[UUID, ...]
    new: tuple[UUID, ...]


def transfer(
    seats: Sequence[SeatOnSale], room: Sequence[RoomSeat], chosen: Moves
) -> Transfer:
    """What was chosen first, then equal labels: the seats of customers before others.

    A customer never gets a seat that is out of service, nor loses a place for a
    wheelchair, unless it was chosen. Raises InvalidInputError, and NotFoundError for an
    unknown seat.
    """
    _check(seats, room, chosen)
    places = dict(chosen)
    by_label = {seat.label: seat for seat in room}
    used = set(places.values())
    # `sorted` keeps the order of what is equal.
    for seat in sorted(seats, key=lambda seat: not seat.is_taken):
        place = by_label.get(seat.seat.label)
        if seat.id in places or place is None or place.id in used:
            continue
        if not seat.is_taken or _is_good(seat.seat, place):
            places[seat.id] = place.id
            used.add(place.id)
    return Transfer(
        places=places,
        homeless=_left(seats, places, taken=True),
        gone=_left(seats, places, taken=False),
        new=tuple(seat.id for seat in room if seat.id not in used),
    )


def _left(
    seats: Iterable[SeatOnSale], places: Mapping[UUID, UUID], *, taken: bool
) -> tuple[UUID, ...]:
    return tuple(
        seat.id for seat in seats if seat.is_taken is taken and seat.id not in places
    )


def _is_good(before: RoomSeat, after: RoomSeat) -> bool:
    keeps_place = WHEELCHAIR in after.features or WHEELCHAIR not in before.features
    return keeps_place and not after.out_of_service


def _check(
    seats: Sequence[SeatOnSale], room: Sequence[RoomSeat], chosen: Moves
) -> None:
    known, places = {seat.id for seat in seats}, {seat.id for seat in room}
    if not all(seat in known and place in places for seat, place in chosen):
        raise NotFoundError
    wrong = []
    for end, ids in (
        ("from", [seat for seat, _ in chosen]),
        ("to", [place for _, place in chosen]),
    ):
        wrong += [
            InvalidInputError("seats", str(number), end, rule="entry_repeated")
            for number, each in enumerate(ids)
            if each in ids[:number]
        ]
    raise_if_any(wrong)
