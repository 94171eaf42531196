"""Promise 9: each ticket has the type that was asked for, its price and its quota."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.cluster.evidence import Evidence


def violations(evidence: Evidence) -> Iterator[str]:
    prices = {(q.session, q.ticket_type): q.price_minor for q in evidence.quotas}
    session_of = {row.id: row.session for row in evidence.reservations}
    taken: Counter[tuple[str, str]] = Counter()
    students: dict[str, set[str]] = defaultdict(set)
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
            if given != set(one.students):
                yield f"{one} was acknowledged, and students have {given}"
