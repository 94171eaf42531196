"""The changes of each seat, as the witness saw them, in the order of versions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from tests.cluster.evidence import Evidence, SeatChange

Chain = Sequence[SeatChange]


def chains(evidence: Evidence) -> Mapping[str, Chain]:
    found: dict[str, list[SeatChange]] = defaultdict(list)
    for change in sorted(evidence.changes, key=lambda change: change.version):
        found[change.seat].append(change)
    return found


def is_extension(before: SeatChange, after: SeatChange) -> bool:
    """The same hold, until a later moment."""
    return (
        before.status == after.status == "HELD"
        and before.reservation == after.reservation
        and before.held_until != after.held_until
    )


def is_reprice(before: SeatChange, after: SeatChange) -> bool:
    """The same hold or sale, which keeps its price, although the seat has another."""
    return before.status in {"HELD", "SOLD"} and (
        before.version + 1,
        before.status,
        before.reservation,
        before.held_until,
    ) == (after.version, after.status, after.reservation, after.held_until)


def refunded(evidence: Evidence) -> set[tuple[str, str]]:
    """Reservations and seats whose tickets were given back after the sale."""
    return {(each.reservation, each.seat) for each in evidence.claims if each.refund}


def ends(evidence: Evidence) -> Mapping[tuple[str, str], SeatChange]:
    """By reservation and seat: the change that ended the hold."""
    found = {}
    for seat, chain in chains(evidence).items():
        for before, after in pairwise(chain):
            if before.status != "HELD" or is_extension(before, after):
                continue
            if is_reprice(before, after):
                continue
            if before.reservation:
                found[before.reservation, seat] = after
    return found
