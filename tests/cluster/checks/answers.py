"""Promise 3: every answer is true, and a key finds the result of a lost answer."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from tests.cluster.checks.best_seats import is_whole
from tests.cluster.evidence import HOLDS, SECOND, Event, Evidence, Operation
from tests.cluster.rows import ReservationRow, SeatRow

# Codes that a correct client can get.
EXPECTED_CODES = {
    None,
    "ALREADY_CHECKED_IN",
    "CUSTOMER_LIMIT",
    "IDEMPOTENCY_CONFLICT",
    "NOTHING_TO_REFUND",
    "NOT_ENOUGH_SEATS",
    "PAYMENT_CLOSED",
    "RATE_LIMITED",
    "RESERVATION_CLOSED",
    "RESERVATION_EXPIRED",
    "SEATS_UNAVAILABLE",
    "SESSION_CLOSED",
    "TICKET_NOT_VALID",
    "TICKET_QUOTA_EXHAUSTED",
    "TICKET_TRANSFERRED",
    "TICKET_USED",
    "TOKEN_INVALID",
    "TOO_EARLY",  # on the cluster, which has the usual setting
}
CLOCK_TOLERANCE_SECONDS = 0.05


def violations(evidence: Evidence) -> Iterator[str]:
    rows = {row.id: row for row in evidence.reservations}
    seats = {row.id: row for row in evidence.seats}
    claimed: dict[str, set[str]] = defaultdict(set)
    for claim in evidence.claims:
        claimed[claim.reservation].add(claim.seat)
    for operation in evidence.operations:
        if operation.outcome == "unknown":
            continue
        if operation.code not in EXPECTED_CODES:
            yield f"{operation} was refused, and nothing was wrong with it"
            continue
        if operation.code == "RATE_LIMITED":
            continue
        match operation.kind:
            case "reserve" | "best" if operation.outcome == "ok":
                yield from _held(operation, rows, claimed, seats)
            case "extend" if operation.outcome == "ok":
                yield from _extended(operation, rows)
            case "cancel":
                yield from _cancelled(operation, rows)
            case "approve":
                yield from _approved(operation, evidence, rows)
    yield from _totals(evidence, rows)
    yield from _extensions(evidence)
    yield from _keys(evidence)
    yield from _orphans(evidence, rows, claimed, seats)


def _held(
    operation: Operation,
    rows: Mapping[str, ReservationRow],
    claimed: Mapping[str, set[str]],
    seats: Mapping[str, SeatRow],
) -> Iterator[str]:
    row = rows.get(operation.result or "")
    answered = {state.seat for state in operation.states}
    if (
        row is None
        or row.customer != operation.customer
        or row.session != operation.session
        or claimed[row.id] != answered
        or not _asked_for(operation, answered, seats)
    ):
        yield f"{operation} was acknowledged, and there is {row}"
    elif operation.status not in {"PENDING", row.status}:
        yield f"{operation} was answered {operation.status}, and it is {row.status}"


def _asked_for(
    operation: Operation, held: set[str], seats: Mapping[str, SeatRow]
) -> bool:
    if operation.kind == "best":
        return is_whole(operation, held, seats)
    return set(operation.seats) == held


def _totals(evidence: Evidence, rows: Mapping[str, ReservationRow]) -> Iterator[str]:
    """A hold costs what its event says, and a choice of tickets is the last word.

    Customers choose once for a hold, with repeats.
    """
    held = {e.reservation: e.amount_minor for e in evidence.outbox if _is_hold(e)}
    for one in evidence.operations:
        if one.outcome != "ok":
            continue
        prices = [state.price_minor or 0 for state in one.states]
        if one.kind in HOLDS and one.amount_minor != held.get(one.result):
            yield f"{one} was acknowledged, for another total"
        elif one.kind == "choose":
            row = rows.get(one.target or "")
            right = row and (row.id, row.customer, row.amount_minor) == (
                one.result,
                one.customer,
                one.amount_minor,
            )
            if not right or one.amount_minor != sum(prices):
                yield f"{one} was answered, and there is {row}"


def _is_hold(event: Event) -> bool:
    return event.type == "ReservationCreated"


def _extended(
    operation: Operation, rows: Mapping[str, ReservationRow]
) -> Iterator[str]:
    row = rows.get(operation.target or "")
    if (
        row is None
        or (operation.result, operation.customer) != (row.id, row.customer)
        or operation.status not in {"PENDING", row.status}
    ):
        yield f"{operation} was answered, and there is {row}"


def _extensions(evidence: Evidence) -> Iterator[str]:
    """As many as were acknowledged, or more by those whose outcome is unknown.

    Calls with the same key are one.
    """
    acknowledged: dict[str | None, set[object]] = defaultdict(set)
    possible: dict[str | None, set[object]] = defaultdict(set)
    for place, one in enumerate(evidence.operations):
        if one.kind != "extend" or one.outcome == "refused":
            continue
        possible[one.target].add(one.key or place)
        if one.outcome == "ok":
            acknowledged[one.target].add(one.key or place)
    for row in evidence.reservations:
        least, most = len(acknowledged[row.id]), len(possible[row.id])
        if not least <= row.extensions <= most:
            yield f"{row} should have been extended {least} to {most} times"


def _cancelled(
    operation: Operation, rows: Mapping[str, ReservationRow]
) -> Iterator[str]:
    row = rows.get(operation.target or "")
    if row is None or row.status != operation.status:
        yield f"{operation} was answered, and there is {row}"


def _approved(
    operation: Operation, evidence: Evidence, rows: Mapping[str, ReservationRow]
) -> Iterator[str]:
    """A final refusal is final: the customer may have paid elsewhere since."""
    payment = next((p for p in evidence.payments if p.id == operation.target), None)
    row = rows.get(payment.reservation) if payment else None
    if operation.outcome == "ok":
        right = (
            payment is not None
            and row is not None
            and (payment.status, row.status) == ("APPROVED", "CONFIRMED")
            and payment.amount_minor == operation.amount_minor
        )
    else:
        right = payment is None or payment.status != "APPROVED"
    if not right:
        yield f"{operation} was answered, and there is {payment} of {row}"


def _keys(evidence: Evidence) -> Iterator[str]:
    """All answers to a key are the same; a key that was only refused has no result."""
    operations: dict[tuple[str, str, str], list[Operation]] = defaultdict(list)
    names = HOLDS | {
        "extend": "extendReservation",
        "approve": "approvePayment",
        "refund": "refundTickets",
    }
    for one in evidence.operations:
        if one.key is not None and one.kind in names:
            operations[one.customer, one.kind, one.key].append(one)
    kept = {(k.customer, k.operation, k.key): k.result for k in evidence.keys}
    for (customer, kind, key), found in operations.items():
        results = {one.result for one in found if one.outcome == "ok"}
        amounts = {one.amount_minor for one in found if one.outcome == "ok"}
        stands_for = kept.get((customer, names[kind], key))
        if len(results) > 1 or len(amounts) > 1:
            yield f"the key {key} of {customer} was answered with {results} {amounts}"
        if kind in {*HOLDS, "refund"} and results and results != {stands_for}:
            yield f"the key {key} stands for {stands_for}, was answered {results}"
        refused = {one.code for one in found if one.outcome == "refused"}
        if all(one.outcome == "refused" for one in found) and stands_for:
            yield f"the key {key} was refused with {refused}, stands for {stands_for}"
        if "IDEMPOTENCY_CONFLICT" in refused and not stands_for:
            yield f"the key {key} is in conflict with nothing"


def _orphans(
    evidence: Evidence,
    rows: Mapping[str, ReservationRow],
    claimed: Mapping[str, set[str]],
    seats: Mapping[str, SeatRow],
) -> Iterator[str]:
    """Each reservation belongs to one request: an answered one or an unknown one."""
    answered = {o.result for o in evidence.operations if o.kind in HOLDS}
    keyed = {k.result: k.key for k in evidence.keys if k.operation in HOLDS.values()}
    unknown = [
        one
        for one in evidence.operations
        if one.kind in HOLDS and one.outcome == "unknown"
    ]
    for row in rows.values():
        if row.id in answered:
            continue
        created_at = row.created_at / SECOND - evidence.clock_offset
        request = next(
            (
                one
                for one in unknown
                if one.customer == row.customer
                and one.key == keyed.get(row.id)
                and _asked_for(one, claimed[row.id], seats)
                and one.invoked <= created_at + CLOCK_TOLERANCE_SECONDS
            ),
            None,
        )
        if request is None:
            yield f"nobody asked for {row}"
        else:
            unknown.remove(request)
