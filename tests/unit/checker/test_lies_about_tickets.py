"""Promise 9 fails when a ticket has another type, another price, or no quota left."""

from dataclasses import replace

import pytest

from tests.cluster.checks.tickets import violations
from tests.cluster.evidence import Evidence, Operation
from tests.cluster.rows import ClaimRow, QuotaRow
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


def test_a_choice_that_was_acknowledged_and_lost(
    evidence: Evidence, held: Operation, ticket: ClaimRow
) -> None:
    chosen = choice(evidence, held, ticket)
    chosen.students = ()

    assert one_of(violations(evidence), f"students have {{'{ticket.seat}'}}")


@pytest.mark.parametrize("applied", [True, False])
def test_a_choice_without_an_answer_was_made_or_not(
    evidence: Evidence, held: Operation, ticket: ClaimRow, applied: bool
) -> None:
    chosen = choice(evidence, held, ticket)
    chosen.outcome = "unknown"
    if applied:
        held.students = ()
    else:
        chosen.students = ()

    assert list(violations(evidence)) == []
    chosen.outcome = "refused"
    assert one_of(violations(evidence), "students have") is applied


def test_a_choice_that_was_made_in_part(
    evidence: Evidence, held: Operation, ticket: ClaimRow
) -> None:
    chosen = choice(evidence, held, ticket)
    held.students = ()
    chosen.outcome, chosen.students = "unknown", (ticket.seat, "another seat")

    assert one_of(violations(evidence), f"students have {{'{ticket.seat}'}}")


def choice(evidence: Evidence, held: Operation, ticket: ClaimRow) -> Operation:
    chosen = replace(
        held, kind="choose", target=held.result, key=None, students=(ticket.seat,)
    )
    evidence.operations.append(chosen)
    return chosen
