"""Promise 11: a ticket lets one person in, its holder, and only while it is valid."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from tests.cluster.evidence import Evidence, Operation


def violations(evidence: Evidence) -> Iterator[str]:
    scans = [one for one in evidence.operations if one.kind == "check_in"]
    yield from _answers(evidence, scans)
    yield from _used(evidence, scans)
    for one in scans:
        yield from _refused(one, evidence)
    used = {claim.reservation for claim in evidence.claims if claim.scan}
    for one in evidence.operations:
        if one.code == "TICKET_USED" and one.target not in used:
            yield f"{one} was refused, and no ticket of it is used"


def _answers(evidence: Evidence, scans: Sequence[Operation]) -> Iterator[str]:
    claims = {claim.ticket: claim for claim in evidence.claims}
    entered: dict[str, set[str]] = defaultdict(set)
    for one in scans:
        if one.outcome == "ok":
            entered[str(one.target)].add(str(one.key))
    for ticket, keys in entered.items():
        claim = claims.get(ticket)
        if len(keys) > 1:
            yield f"{len(keys)} scans of {ticket} were let in"
        if claim is None or claim.scan not in keys:
            yield f"{keys} of {ticket} were let in, and there is {claim}"


def _used(evidence: Evidence, scans: Sequence[Operation]) -> Iterator[str]:
    tried = {(one.target, one.key) for one in scans if one.outcome != "refused"}
    sold = {r.id: r for r in evidence.reservations if r.status == "CONFIRMED"}
    shown_by = {(one.target, one.key): one.shown_by for one in scans}
    for claim in evidence.claims:
        if claim.scan is None:
            continue
        if (claim.ticket, claim.scan) not in tried:
            yield f"{claim} is used by a scan that was refused, or by nobody's"
        if not claim.open or claim.refund or claim.reservation not in sold:
            yield f"{claim} is used and was not valid"
        elif shown_by.get((claim.ticket, claim.scan)) not in {
            None,  # in older evidence
            claim.holder or sold[claim.reservation].customer,
        }:
            yield f"{claim} is used by somebody who did not hold it"


def _refused(one: Operation, evidence: Evidence) -> Iterator[str]:
    """For a reason that is true: it was used, given back, or is somebody else's."""
    if one.outcome != "refused":
        return
    for claim in evidence.claims:
        if claim.ticket != one.target:
            continue
        if one.code == "ALREADY_CHECKED_IN" and claim.scan in {None, one.key}:
            yield f"{one} was refused, and there is {claim}"
        is_void = claim.refund or claim.holder not in {None, one.shown_by}
        if one.code == "TICKET_NOT_VALID" and not is_void:
            yield f"{one} was refused, and {claim} is valid"
