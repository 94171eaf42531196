"""Promise 9: each ticket has the type that was asked for, its price and its quota."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tests.cluster.evidence import Evidence, Operation


def violations(evidence: Evidence) -> Iterator[str]:
    prices = {(q.session, q.ticket_type): q.price_minor for q in evidence.quotas}
    session_of = {row.id: row.session for row in evidence.reservations}
    taken: Counter[tuple[str, str]] = Counter()
    students: dict[str, set[str]] = defaultdict(set)
    chosen = choices(evidence)
    for claim in evidence.claims:
        if claim.ticket_type is None:
            continue
        sold = (session_of[claim.reservation], claim.ticket_type)
        students[claim.reservation].add(claim.seat)
        taken[sold] += claim.open
        if claim.price_minor != prices.get(sold):
            yield f"{claim} should cost {prices.get(sold)}"
    for quota in evidence.quotas:
        tickets = taken[quota.session, quota.ticket_type]
        if not tickets == quota.seats_taken <= quota.seats_limit:
            yield f"{tickets} tickets are sold of {quota}"
    for one in evidence.operations:
        if one.kind == "reserve" and one.outcome == "ok" and one.result:
            given = students[one.result]
            if given not in _possible(one, chosen.get(one.result, ())):
                yield f"{one} was acknowledged, and students have {given}"


def choices(evidence: Evidence) -> Mapping[str, Sequence[Operation]]:
    """Of each reservation: those that changed its tickets, or may have done so."""
    found: dict[str, list[Operation]] = defaultdict(list)
    for one in evidence.operations:
        if one.kind == "choose" and one.outcome != "refused":
            found[str(one.target)].append(one)
    return found


def _possible(held: Operation, chosen: Sequence[Operation]) -> list[set[str]]:
    """The seats of students after a hold and its choice, which has repeats.

    A choice without an answer was made wholly or not at all.
    """
    before = set(held.students)
    after = [before - set(one.seats) | set(one.students) for one in chosen]
    if any(one.outcome == "ok" for one in chosen):
        return after
    return [before, *after]
