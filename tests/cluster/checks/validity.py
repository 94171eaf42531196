"""Promise 12: a sold seat has one valid ticket, and a refunded ticket is void."""

from collections import defaultdict
from collections.abc import Iterator

from tests.cluster.evidence import Evidence
from tests.cluster.rows import ClaimRow


def violations(evidence: Evidence) -> Iterator[str]:
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
    for claim in evidence.claims:
        if claim.generation is None:
            continue
        # Nobody passes a ticket on in the campaign.
        if claim.generation != 1 + (claim.refund is not None):
            yield f"{claim} has codes of a wrong generation"
