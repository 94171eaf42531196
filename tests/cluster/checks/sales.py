"""Promise 2: a sale is final but for refunds, paid for once and exactly, complete."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from tests.cluster.checks.chains import chains, ends, is_reprice, refunded
from tests.cluster.checks.tickets import choices
from tests.cluster.evidence import Evidence, SeatChange
from tests.cluster.rows import ReservationRow

ENDS = {"ReservationExpired", "ReservationCancelled", "ReservationConfirmed"}
FINAL = {"EXPIRED": "AVAILABLE", "CANCELLED": "AVAILABLE", "CONFIRMED": "SOLD"}


def violations(evidence: Evidence) -> Iterator[str]:
    given_back = refunded(evidence)
    for seat, chain in chains(evidence).items():
        for before, after in pairwise(chain):
            if (
                before.status == "SOLD"
                and not is_reprice(before, after)
                and (before.reservation, seat) not in given_back
            ):
                yield f"seat {seat} was sold to {before.reservation}, then {after}"
    yield from _paid(evidence)
    yield from _whole(evidence)
    yield from _sums(evidence)


def _sums(evidence: Evidence) -> Iterator[str]:
    """The total of a reservation is the sum of its tickets, and so is its payment."""
    tickets: dict[str, int] = defaultdict(int)
    for claim in evidence.claims:
        tickets[claim.reservation] += claim.price_minor
    total = {row.id: row.amount_minor for row in evidence.reservations}
    for one, amount in total.items():
        if tickets[one] != amount:
            yield f"the tickets of reservation {one} cost {tickets[one]}, not {amount}"
    for payment in evidence.payments:
        if payment.amount_minor != total[payment.reservation]:
            yield f"{payment} is not for {total[payment.reservation]}"
    for event in evidence.outbox:
        price = sum(state.price_minor or 0 for state in event.seats)
        is_whole = event.reservation and event.type != "TicketsRefunded"
        if is_whole and event.seats and price != event.amount_minor:
            yield f"{event} has seats for {price}"
        if event.type in ENDS and event.amount_minor != total[event.reservation or ""]:
            yield f"{event} is not for {total[event.reservation or '']}"


def _paid(evidence: Evidence) -> Iterator[str]:
    """Approved payments, confirmed reservations and sold seats belong together."""
    approved = {p.reservation: p for p in evidence.payments if p.status == "APPROVED"}
    confirmed = {r.id: r for r in evidence.reservations if r.status == "CONFIRMED"}
    sold: dict[str | None, set[str]] = defaultdict(set)
    for seat in evidence.seats:
        if seat.status == "SOLD":
            sold[seat.reservation].add(seat.id)
    claimed: dict[str, set[str]] = defaultdict(set)
    for claim in evidence.claims:
        if claim.refund is None:
            claimed[claim.reservation].add(claim.seat)
    for one in sorted({*approved, *confirmed, *map(str, sold)}):
        if one not in approved or one not in confirmed or sold[one] != claimed[one]:
            yield (
                f"reservation {one}: payment approved: {one in approved}, confirmed:"
                f" {one in confirmed}, seats sold: {sold[one]} of {claimed[one]}"
            )
        elif approved[one].amount_minor != confirmed[one].amount_minor:
            yield f"{confirmed[one]} was paid with {approved[one]}"
    events = [e.reservation for e in evidence.outbox if e.type == "PaymentApproved"]
    if sorted(map(str, events)) != sorted(approved):
        yield f"PaymentApproved was published for {events}, not {sorted(approved)}"


def _whole(evidence: Evidence) -> Iterator[str]:
    """The seats of a reservation are held in one transaction and end in one.

    Each extension of the hold is one, too.
    """
    over = ends(evidence)
    created = {e.reservation: e for e in evidence.outbox if e.type.endswith("Created")}
    held, chosen = _holds(evidence), choices(evidence)
    claimed: dict[str, set[str]] = defaultdict(set)
    for claim in evidence.claims:
        claimed[claim.reservation].add(claim.seat)
        row_ended = (claim.reservation, claim.seat) in over
        if (
            claim.open
            and row_ended
            and over[claim.reservation, claim.seat].status != ("SOLD")
        ):
            yield f"{claim} is open, and its seat was given back"
    for row in evidence.reservations:
        event = created.get(row.id)
        seats = claimed[row.id]
        periods = held[row.id].values()
        parted = [taken for taken in periods if not _is_whole(taken, seats)]
        if parted or len(periods) != 1 + row.extensions or event is None:
            yield f"{row} took {parted or periods}, claims {seats}, and {event}"
            continue
        if {state.seat for state in event.seats} != seats:
            yield f"{event} does not name {seats}"
        if row.amount_minor != event.amount_minor and row.id not in chosen:
            yield f"{row} costs another sum than {event}"
        yield from _ended_whole(row, [over.get((row.id, seat)) for seat in seats])


def _holds(
    evidence: Evidence,
) -> Mapping[str, Mapping[int | None, Sequence[SeatChange]]]:
    """Of each reservation: the changes that held its seats, by the end of the hold."""
    held: dict[str, dict[int | None, list[SeatChange]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for chain in chains(evidence).values():
        for before, change in zip([None, *chain], chain, strict=False):
            if before and is_reprice(before, change):
                continue
            if change.status == "HELD" and change.reservation:
                held[change.reservation][change.held_until].append(change)
    return held


def _is_whole(taken: Sequence[SeatChange], seats: set[str]) -> bool:
    in_one = len({change.transaction for change in taken}) == 1
    return in_one and {change.seat for change in taken} == seats


def _ended_whole(
    row: ReservationRow, changes: Sequence[SeatChange | None]
) -> Iterator[str]:
    if row.status == "PENDING":
        if any(changes):
            yield f"{row} is pending, and has lost {changes}"
        return
    transactions = {change.transaction for change in changes if change}
    statuses = {change.status for change in changes if change}
    if None in changes or len(transactions) != 1 or statuses != {FINAL[row.status]}:
        yield f"{row} ended with {changes}"
