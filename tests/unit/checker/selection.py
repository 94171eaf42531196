"""Selects rows of the recorded run that a test then falsifies."""

from collections.abc import Iterable

from tests.cluster.evidence import Evidence, Operation, SeatChange
from tests.cluster.rows import ReservationRow, SeatRow


def reservation(evidence: Evidence, status: str, *, seats: int = 1) -> ReservationRow:
    """One with at least so many seats."""
    return next(
        row
        for row in evidence.reservations
        if row.status == status
        and sum(claim.reservation == row.id for claim in evidence.claims) >= seats
    )


def operation(
    evidence: Evidence, kind: str, outcome: str, code: str | None = None
) -> Operation:
    return next(
        one
        for one in evidence.operations
        if (one.kind, one.outcome) == (kind, outcome) and code in {None, one.code}
    )


def best(evidence: Evidence) -> Operation:
    """A hold of two seats side by side, as if reserveBestSeats had chosen them."""
    held = next(
        one
        for one in evidence.operations
        if (one.kind, one.outcome, len(one.seats)) == ("reserve", "ok", 2)
        and sum(one.result == other.result for other in evidence.operations) == 1
    )
    held.kind, held.together, held.count = "best", "ROW", 2
    rows = [row for row in evidence.seats if row.id in held.seats]
    for place, row in enumerate(rows):
        row.place = place
    held.seats = ()
    for key in evidence.keys:
        if key.result == held.result:
            key.operation = "reserveBestSeats"
    return held


def seat(evidence: Evidence, status: str) -> SeatRow:
    """A seat that has changed."""
    return next(r for r in evidence.seats if r.status == status and r.version > 1)


def hold_of(evidence: Evidence, row: ReservationRow) -> SeatChange:
    return next(
        change
        for change in evidence.changes
        if change.reservation == row.id and change.status == "HELD"
    )


def after(evidence: Evidence, change: SeatChange) -> SeatChange:
    return next(
        later
        for later in evidence.changes
        if (later.seat, later.version) == (change.seat, change.version + 1)
    )


def extension(evidence: Evidence) -> SeatChange:
    """A change that extended the hold before it."""
    return next(
        after(evidence, change)
        for change in evidence.changes
        if change.status == "HELD"
        and any(
            (later.seat, later.version, later.reservation, later.status)
            == (change.seat, change.version + 1, change.reservation, "HELD")
            for later in evidence.changes
        )
    )


def extended(evidence: Evidence) -> ReservationRow:
    return next(row for row in evidence.reservations if row.extensions)


def one_of(lies: Iterable[str], words: str) -> bool:
    return any(words in lie for lie in lies)
