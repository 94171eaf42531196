"""Promise 11 fails when two are let in, or one without a valid ticket."""

from dataclasses import replace

import pytest

from tests.cluster.checks import door, judge
from tests.cluster.evidence import Evidence, Operation
from tests.cluster.rows import ClaimRow
from tests.unit.checker.selection import one_of, reservation


@pytest.fixture(autouse=True)
def used(evidence: Evidence) -> ClaimRow:
    """A ticket that was scanned at two gates."""
    sold = reservation(evidence, "CONFIRMED")
    ticket = next(claim for claim in evidence.claims if claim.reservation == sold.id)
    ticket.ticket, ticket.scan = "the ticket", "north"
    first = Operation(
        kind="check_in",
        customer="gate",
        session=sold.session,
        target="the ticket",
        key="north",
        invoked=1.0,
        returned=2.0,
        outcome="ok",
    )
    second = replace(first, key="south", outcome="refused", code="ALREADY_CHECKED_IN")
    evidence.operations += [first, second]
    return ticket


def test_a_true_check_in(evidence: Evidence, used: ClaimRow) -> None:
    assert used.scan
    assert judge(evidence) == {}


def test_two_are_let_in(evidence: Evidence) -> None:
    evidence.operations[-1].outcome = "ok"

    assert one_of(door.violations(evidence), "2 scans of the ticket were let in")


def test_a_check_in_that_was_acknowledged_and_lost(
    evidence: Evidence, used: ClaimRow
) -> None:
    used.scan = None

    assert one_of(door.violations(evidence), "were let in, and there is")


def test_another_scan_stands_than_was_let_in(
    evidence: Evidence, used: ClaimRow
) -> None:
    used.scan = "south"

    assert one_of(door.violations(evidence), "by a scan that was refused")


def test_a_ticket_that_nobody_has_scanned(evidence: Evidence) -> None:
    del evidence.operations[-2:]

    assert one_of(door.violations(evidence), "or by nobody's")


def test_a_ticket_that_was_given_back(evidence: Evidence, used: ClaimRow) -> None:
    used.refund = "the refund"

    assert one_of(door.violations(evidence), "is used and was not valid")


def test_a_seat_that_was_not_sold(evidence: Evidence, used: ClaimRow) -> None:
    used.reservation = "nobody's"

    assert one_of(door.violations(evidence), "is used and was not valid")


def test_a_refusal_although_nobody_was_let_in(
    evidence: Evidence, used: ClaimRow
) -> None:
    used.scan = None
    del evidence.operations[-2]

    assert one_of(door.violations(evidence), "was refused, and there is")


def test_a_valid_ticket_that_is_refused(evidence: Evidence) -> None:
    evidence.operations[-1].code = "TICKET_NOT_VALID"

    assert one_of(door.violations(evidence), "is valid")


def test_a_refund_that_was_refused_for_a_ticket_that_nobody_has_used(
    evidence: Evidence, used: ClaimRow
) -> None:
    scan = evidence.operations[-1]
    refused = replace(scan, kind="refund", key=None, code="TICKET_USED")

    evidence.operations.append(replace(refused, target=used.reservation))
    assert judge(evidence) == {}
    evidence.operations.append(replace(refused, target="another sale"))

    assert one_of(door.violations(evidence), "no ticket of it is used")


@pytest.fixture
def transferred(evidence: Evidence, used: ClaimRow) -> Operation:
    """Ana has accepted the ticket, and then shown it."""
    used.holder = "Ana"
    scanned, late = evidence.operations[-2:]
    scanned.shown_by = late.shown_by = "Ana"
    accepted = replace(scanned, kind="accept", customer="Ana", key=None)
    evidence.operations.append(accepted)
    assert judge(evidence) == {}
    return scanned


def test_a_code_from_before_a_transfer_that_lets_in(
    evidence: Evidence, transferred: Operation
) -> None:
    transferred.shown_by = reservation(evidence, "CONFIRMED").customer

    assert one_of(door.violations(evidence), "by somebody who did not hold it")


def test_a_code_from_before_a_transfer_is_void(
    evidence: Evidence, transferred: Operation
) -> None:
    buyer = reservation(evidence, "CONFIRMED").customer
    void = replace(transferred, outcome="refused", code="TICKET_NOT_VALID")
    evidence.operations.append(replace(void, key="east", shown_by=buyer))
    assert judge(evidence) == {}

    evidence.operations.append(replace(void, key="west"))

    assert one_of(door.violations(evidence), "is valid")
