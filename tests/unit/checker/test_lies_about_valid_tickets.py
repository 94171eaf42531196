"""Promise 12 fails when a sold seat has no valid ticket, or a refunded one is valid."""

from dataclasses import replace

import pytest

from tests.cluster.checks.validity import violations
from tests.cluster.evidence import Evidence
from tests.cluster.rows import ClaimRow
from tests.unit.checker.refunded_run import refund
from tests.unit.checker.selection import one_of, reservation


@pytest.fixture
def ticket(evidence: Evidence) -> ClaimRow:
    """Of a seat that is sold."""
    for claim in evidence.claims:
        claim.generation = 1
    sold = reservation(evidence, "CONFIRMED")
    assert list(violations(evidence)) == []
    return next(each for each in evidence.claims if each.reservation == sold.id)


def test_a_seat_that_is_sold_without_a_ticket(
    evidence: Evidence, ticket: ClaimRow
) -> None:
    evidence.claims.remove(ticket)

    assert one_of(violations(evidence), "has the valid tickets []")


def test_two_tickets_for_a_seat(evidence: Evidence, ticket: ClaimRow) -> None:
    evidence.claims.append(replace(ticket, ticket="another"))

    assert one_of(violations(evidence), "another")


def test_the_ticket_of_somebody_else(evidence: Evidence, ticket: ClaimRow) -> None:
    seat = next(row for row in evidence.seats if row.id == ticket.seat)
    seat.reservation = "another"

    assert one_of(violations(evidence), "has the valid tickets")


@pytest.mark.usefixtures("ticket")
def test_a_ticket_that_was_given_back_and_is_valid(evidence: Evidence) -> None:
    given_back = refund(evidence).ticket
    given_back.generation = 2
    assert list(violations(evidence)) == []

    given_back.refund, given_back.open = None, True

    assert one_of(violations(evidence), "has the valid tickets")


@pytest.mark.usefixtures("ticket")
@pytest.mark.parametrize("generation", [1, 3])
def test_a_refund_that_leaves_the_code_as_it_is(
    evidence: Evidence, generation: int
) -> None:
    refund(evidence).ticket.generation = generation

    assert one_of(violations(evidence), "of a wrong generation")


def test_a_code_that_is_void_without_a_reason(
    evidence: Evidence, ticket: ClaimRow
) -> None:
    ticket.generation = 2

    assert one_of(violations(evidence), "of a wrong generation")
