"""Other seats for a reservation whose own ones are gone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.best_seats import Choice, Together, Wish
from domain.seating import both, minus
from domain.session_seating import Newest


def other_seats(newest: Newest, own: Sequence[UUID]) -> Mapping[UUID, UUID] | None:
    """For each seat the best free one of its zone, as near together as there are.

    None: there are not so many. Wheelchair and companion places have no equals.
    """
    known, free = newest
    seating = known.seating
    zones = {seat.id: seat.zone_id for seat in seating.all if seat.id in set(own)}
    if len(zones) < len(own) or any(both(seating.seats(own), seating.accessible)):
        return None
    found: dict[UUID, UUID] = {}
    for zone, count in Counter(zones.values()).items():
        wish = Wish(count=count, together=Together.ANY, zones=frozenset({zone}))
        chosen = Choice(seating, free, wish).seats()
        if chosen is None:
            return None
        free = minus(free, chosen)
        before = [seat for seat in own if zones[seat] == zone]
        after = list(known.ids(chosen))
        stay = [seat for seat in before if seat in after]
        found |= {seat: seat for seat in stay}
        found |= dict(
            zip(
                [seat for seat in before if seat not in stay],
                [seat for seat in after if seat not in stay],
                strict=True,
            )
        )
    return found
