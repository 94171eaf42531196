"""Promise 9 fails when a ticket has another type, another price, or no quota left."""

import pytest

from tests.cluster.checks.tickets import violations
from tests.cluster.evidence import ClaimRow, Evidence, Operation, QuotaRow
from tests.unit.checker.selection import one_of, operation


@pytest.fixture
def held(evidence: Evidence) -> Operation:
    return operation(evidence, "reserve", "ok")


@pytest.fixture
def ticket(evidence: Evidence, held: Operation) -> ClaimRow:
    """That of a student."""
    ticket = next(c for c in evidence.claims if c.reservation == held.result)
    ticket.ticket_type, ticket.open = "student", True
    for one in evidence.operations:
        if one.result == held.result and one.kind == "reserve":
            one.students = (ticket.seat,)
    quota = QuotaRow(
        session=held.session,
        ticket_type="student",
        price_minor=ticket.price_minor,
        seats_limit=1,
        seats_taken=1,
    )
    evidence.quotas.append(quota)
    assert list(violations(evidence)) == []
    return ticket


def test_a_ticket_at_another_price(evidence: Evidence, ticket: ClaimRow) -> None:
    ticket.price_minor += 1

    assert one_of(violations(evidence), "should cost")


@pytest.mark.parametrize("more", [-1, 1])
def test_a_counter_that_is_wrong(
    evidence: Evidence, ticket: ClaimRow, more: int
) -> None:
    evidence.quotas[0].seats_taken += more

    assert one_of(violations(evidence), f"{int(ticket.open)} tickets are sold")


def test_a_ticket_too_many(evidence: Evidence, ticket: ClaimRow) -> None:
    evidence.quotas[0].seats_limit = 0

    assert one_of(violations(evidence), f"{int(ticket.open)} tickets are sold")


def test_a_ticket_of_another_type(evidence: Evidence, ticket: ClaimRow) -> None:
    ticket.ticket_type, evidence.quotas[0].seats_taken = None, 0

    assert one_of(violations(evidence), "students have set()")
