"""Changes of seats that a room has."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypedDict
from uuid import UUID

from domain.errors import InvalidInputError, raise_if_any
from domain.new_seats import MAX_SEATS_IN_ROOM
from domain.seat_plan import (
    MAX_COORDINATE,
    MAX_LABEL_LENGTH,
    SCREEN,
    Seat,
    SeatFeature,
    Zones,
    clashes,
    has_conflict,
    in_order,
)
from domain.text import composed, is_line

PATHS: Mapping[str, str] = MappingProxyType(
    {
        "label": "label",
        "x": "x",
        "y": "y",
        "place": "place",
        "zone_id": "zoneId",
        "features": "features",
        "out_of_service": "outOfService",
    }
)
FIELDS = {
    "seat_label": "label",
    "seat_place": "place",
    "seat_spot": "x",
    "seat_sofa": "features",
}


class EnteredFacts(TypedDict, total=False):
    """The fields of a seat that were entered; a missing field stays as it is."""

    label: str | None
    x: float | None
    y: float | None
    place: int | None
    zone_id: UUID | None
    features: Sequence[SeatFeature] | None
    out_of_service: bool | None


@dataclass(frozen=True, slots=True)
class SeatChange:
    id: UUID
    facts: EnteredFacts


def validated_changes(changes: Sequence[SeatChange]) -> list[SeatChange]:
    """Composes the labels. Raises InvalidInputError for all wrong fields."""
    if not changes:
        raise InvalidInputError("seats", rule="seats_missing")
    if len(changes) > MAX_SEATS_IN_ROOM:
        raise InvalidInputError("seats", rule="room_seats", limit=MAX_SEATS_IN_ROOM)
    changes = [_composed(change) for change in changes]
    wrong: list[InvalidInputError] = []
    ids: set[UUID] = set()
    for place, change in enumerate(changes):
        if change.id in ids:
            wrong.append(_wrong(place, "id", rule="entry_repeated"))
        ids.add(change.id)
        wrong += _wrong_facts(place, change.facts)
    raise_if_any(wrong)
    return changes


def changed_seats(
    seats: Sequence[Seat], changes: Sequence[SeatChange], zones: Zones
) -> list[Seat]:
    """The seats that differ from what they were, in a room that has `seats`.

    Raises InvalidInputError for all wrong fields.
    """
    before = {seat.id: seat for seat in seats}
    after: dict[UUID, Seat] = {}
    wrong: list[InvalidInputError] = []
    for place, change in enumerate(changes):
        seat = before.get(change.id)
        if seat is None:
            wrong.append(_wrong(place, "id", rule="seat_unknown"))
            continue
        zone_id = change.facts.get("zone_id")
        if zone_id not in {None, seat.zone_id, *zones.ids}:
            wrong.append(_wrong(place, "zoneId", rule="zone_unknown"))
        after[seat.id] = _changed(seat, change.facts)
    raise_if_any(wrong)
    raise_if_any(list(_clashes(seats, after)))
    return [seat for seat in after.values() if seat != before[seat.id]]


def _composed(change: SeatChange) -> SeatChange:
    facts = change.facts.copy()
    if label := facts.get("label"):
        facts["label"] = composed(label, MAX_LABEL_LENGTH)
    if (features := facts.get("features")) is not None:
        facts["features"] = in_order(features)
    return replace(change, facts=facts)


def _changed(seat: Seat, facts: EnteredFacts) -> Seat:
    return replace(seat, **facts)  # type: ignore[arg-type]  # no value is None any more


def _clashes(
    seats: Sequence[Seat], after: Mapping[UUID, Seat]
) -> Iterator[InvalidInputError]:
    """Unchanged seats come first: so a clash is the fault of a change."""
    same = [seat for seat in seats if seat.id not in after]
    for index, rule, label, other in clashes([*same, *after.values()]):
        if index >= len(same):
            place, field = index - len(same), FIELDS[rule]
            yield _wrong(place, field, rule=rule, label=label, other=other)
        elif rule == "seat_sofa":  # its other half has changed
            yield InvalidInputError("seats", rule=rule, label=label, other=other)


def _wrong_facts(place: int, facts: EnteredFacts) -> Iterator[InvalidInputError]:
    for name, path in PATHS.items():
        if name in facts and facts.get(name) is None:
            yield _wrong(place, path, rule="value_missing")
    label = facts.get("label")
    if label is not None and not is_line(label, MAX_LABEL_LENGTH):
        yield _wrong(place, "label", rule="name_length", longest=MAX_LABEL_LENGTH)
    for path, number in (
        ("x", facts.get("x")),
        ("y", facts.get("y")),
        ("place", facts.get("place")),
    ):
        if number is not None and not 0 <= number <= MAX_COORDINATE:
            yield _wrong(place, path, rule="number_range", **SCREEN)
    if has_conflict(facts.get("features") or ()):
        yield _wrong(place, "features", rule="features_conflict")


def _wrong(place: int, name: str, *, rule: str, **facts: object) -> InvalidInputError:
    return InvalidInputError("seats", str(place), name, rule=rule, **facts)
