"""Promise 12: a sold seat has one valid ticket, for the person who holds it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tests.cluster.evidence import Evidence, Operation
from tests.cluster.rows import ClaimRow

Calls = Mapping[str, Sequence[Operation]]  # by ticket


def violations(evidence: Evidence) -> Iterator[str]:
    yield from _tickets(evidence)
    offers, acceptances = _calls(evidence, "offer"), _calls(evidence, "accept")
    for claim in evidence.claims:
        yield from _codes(claim)
        yield from _holder(claim, acceptances[claim.ticket])
        yield from _refused(claim, offers[claim.ticket], acceptances[claim.ticket])
    transferred = {claim.reservation for claim in evidence.claims if claim.holder}
    for one in evidence.operations:
        if one.code == "TICKET_TRANSFERRED" and one.target not in transferred:
            yield f"{one} was refused, and no ticket of it is somebody else's"


def _tickets(evidence: Evidence) -> Iterator[str]:
    valid: dict[str, list[ClaimRow]] = defaultdict(list)
    sold = {r.id for r in evidence.reservations if r.status == "CONFIRMED"}
    for claim in evidence.claims:
        if claim.open and claim.refund is None and claim.reservation in sold:
            valid[claim.seat].append(claim)
    for seat in evidence.seats:
        tickets = valid[seat.id]
        wanted = [seat.reservation] if seat.status == "SOLD" else []
        if [ticket.reservation for ticket in tickets] != wanted:
            yield f"{seat} has the valid tickets {tickets}"


def _calls(evidence: Evidence, kind: str) -> Calls:
    found: dict[str, list[Operation]] = defaultdict(list)
    for one in evidence.operations:
        if one.kind == kind:
            found[str(one.target)].append(one)
    return found


def _codes(claim: ClaimRow) -> Iterator[str]:
    """Customers of the campaign pass each ticket on once at most."""
    ended = (claim.refund is not None) + (claim.holder is not None)
    if claim.generation is not None and claim.generation != 1 + ended:
        yield f"{claim} has codes of a wrong generation"


def _holder(claim: ClaimRow, acceptances: Sequence[Operation]) -> Iterator[str]:
    accepted = {one.customer for one in acceptances if one.outcome == "ok"}
    possible = {one.customer for one in acceptances if one.outcome == "unknown"}
    if accepted - {claim.holder}:
        yield f"{accepted} accepted {claim}"
    if claim.holder not in {None, *accepted, *possible}:
        yield f"{claim} is held by somebody who did not accept it"
    if claim.holder and claim.refund:
        yield f"{claim} was given back by who did not hold it"


def _refused(
    claim: ClaimRow, offers: Sequence[Operation], acceptances: Sequence[Operation]
) -> Iterator[str]:
    """For a reason that is true. Each offer ends the link of the one before."""
    for one in (*offers, *acceptances):
        if one.code == "TICKET_NOT_VALID" and not (claim.scan or claim.refund):
            yield f"{one} was refused, and {claim} is valid"
        if (
            one.code == "TOKEN_INVALID"
            and claim.holder in {None, one.customer}
            and len(offers) <= 1
        ):
            yield f"{one} was refused, and there is {claim}"
