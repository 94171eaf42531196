"""Promise 10: a refund gives back the tickets that were asked for, whole and once."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from tests.cluster.checks.chains import chains, is_reprice
from tests.cluster.evidence import Evidence, Operation, SeatChange
from tests.cluster.rows import ClaimRow, RefundRow

Tickets = Mapping[str, Sequence[ClaimRow]]  # by refund, or by reservation


def violations(evidence: Evidence) -> Iterator[str]:
    given_back: dict[str, list[ClaimRow]] = defaultdict(list)
    sold: dict[str, list[ClaimRow]] = defaultdict(list)
    for claim in evidence.claims:
        sold[claim.reservation].append(claim)
        if claim.refund:
            given_back[claim.refund].append(claim)
    yield from _answers(evidence, given_back, sold)
    yield from _asked_for(evidence, given_back)
    yield from _whole(evidence, given_back)
    yield from _sums(evidence, given_back)


def _answers(evidence: Evidence, given_back: Tickets, sold: Tickets) -> Iterator[str]:
    refunds = {refund.id: refund for refund in evidence.refunds}
    confirmed = {r.id for r in evidence.reservations if r.status == "CONFIRMED"}
    for one in evidence.operations:
        if one.kind != "refund":
            continue
        if one.code == "NOTHING_TO_REFUND":
            tickets = sold[str(one.target)]
            by = {ticket.refund for ticket in tickets}
            if one.target in confirmed and (None in by or len(by) == 1):
                yield f"{one} was refused, and there are {tickets}"
        if one.outcome != "ok":
            continue
        refund = refunds.get(one.result or "")
        right = refund is not None and (refund.reservation, refund.amount_minor) == (
            one.target,
            one.amount_minor,
        )
        left = [each for each in sold[str(one.target)] if each.refund is None]
        if not right or not _is_of(one, given_back[str(one.result)]):
            yield f"{one} was answered, and there is {refund}"
        elif not one.tickets and left:
            yield f"{one} was answered, and {left} are left"


def _is_of(one: Operation, tickets: Sequence[ClaimRow]) -> bool:
    return not one.tickets or {*one.tickets} == {each.ticket for each in tickets}


def _asked_for(evidence: Evidence, given_back: Tickets) -> Iterator[str]:
    asked = [o for o in evidence.operations if o.kind == "refund"]
    for refund in evidence.refunds:
        if not any(
            one.outcome != "refused"
            and one.target == refund.reservation
            and one.result in {None, refund.id}
            and _is_of(one, given_back[refund.id])
            for one in asked
        ):
            yield f"nobody asked for {refund}"


def _whole(evidence: Evidence, given_back: Tickets) -> Iterator[str]:
    """Each ticket of a refund lost its seat, all of them in one transaction."""
    freed: dict[tuple[str | None, str], SeatChange] = {}
    for seat, chain in chains(evidence).items():
        for before, after in pairwise(chain):
            if before.status == "SOLD" and not is_reprice(before, after):
                freed[before.reservation, seat] = after
    for refund, tickets in given_back.items():
        changes = [freed.get((each.reservation, each.seat)) for each in tickets]
        transactions = {change.transaction for change in changes if change}
        if (
            None in changes
            or len(transactions) != 1
            or any(each.open for each in tickets)
        ):
            yield f"refund {refund} of {tickets} gave back {changes}"


def _sums(evidence: Evidence, given_back: Tickets) -> Iterator[str]:
    refunds: dict[str, list[RefundRow]] = defaultdict(list)
    for refund in evidence.refunds:
        refunds[refund.reservation].append(refund)
        price = sum(each.price_minor for each in given_back[refund.id])
        if price != refund.amount_minor:
            yield f"the tickets of {refund} cost {price}"
    for payment in evidence.payments:
        total = sum(each.amount_minor for each in refunds[payment.reservation])
        if not payment.refunded_minor == total <= payment.amount_minor:
            yield f"{payment} has refunds of {total}"
    published: dict[str, list[int]] = defaultdict(list)
    for event in evidence.outbox:
        if event.type == "TicketsRefunded":
            price = sum(state.price_minor or 0 for state in event.seats)
            published[str(event.reservation)].append(price)
    for one in sorted({*refunds, *published}):
        amounts = sorted(each.amount_minor for each in refunds[one])
        if amounts != sorted(published[one]):
            yield f"{published[one]} was published for refunds of {amounts} of {one}"
