"""As many seats as a customer wants, near those, that leave no seat alone."""

from dataclasses import replace

from domain.best_seats import Choice, Together, Wish
from domain.orphans import orphans_left
from domain.seat_plan import Seat
from domain.seating import Seating, Seats, both, middle, minus, plus


def better_seats(seating: Seating, free: Seats, wanted: Seats) -> list[Seat]:
    """In the same zones. Wheelchair and companion places stay as they are.

    Empty if there are none. There are, where another choice in the same run leaves none
    alone, unless sofas or zones stand against it.
    """
    accessible = both(wanted, seating.accessible)
    others = seating.listed(minus(wanted, accessible))
    if not others:
        return []
    wish = Wish(count=len(others), zones=frozenset(seat.zone_id for seat in others))
    near = Seating(seating.all, middle(others))  # the same rows
    for together in Together:
        choice = Choice(near, free, replace(wish, together=together), pick=min)
        found = choice.seats()
        if found and not orphans_left(seating, free, plus(found, accessible)):
            return seating.listed(plus(found, accessible))
    return []
