"""Promise 12 fails when a ticket is not valid, or not that of who holds it."""

from dataclasses import replace

import pytest

from tests.cluster.checks import judge
from tests.cluster.checks.validity import violations
from tests.cluster.evidence import Evidence, Operation
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


@pytest.fixture
def accepted(evidence: Evidence, ticket: ClaimRow) -> Operation:
    """By Ana. Ben has had the same link, and came too late."""
    ticket.ticket, ticket.holder, ticket.generation = "the ticket", "Ana", 2
    offered = Operation(
        kind="offer",
        customer=reservation(evidence, "CONFIRMED").customer,
        session=reservation(evidence, "CONFIRMED").session,
        target="the ticket",
        invoked=1.0,
        returned=2.0,
        outcome="ok",
    )
    accepted = replace(offered, kind="accept", customer="Ana", result="the ticket")
    late = replace(
        accepted, customer="Ben", outcome="refused", code="TOKEN_INVALID", result=None
    )
    evidence.operations += [offered, accepted, late]
    assert judge(evidence) == {}
    return accepted


def test_a_transfer_that_leaves_the_code_as_it_is(
    evidence: Evidence, ticket: ClaimRow, accepted: Operation
) -> None:
    assert accepted.outcome == "ok"
    ticket.generation = 1

    assert one_of(violations(evidence), "of a wrong generation")


@pytest.mark.parametrize("holder", [None, "Ben"])
def test_a_transfer_that_was_acknowledged_and_lost(
    evidence: Evidence, ticket: ClaimRow, accepted: Operation, holder: str | None
) -> None:
    ticket.holder = holder

    assert one_of(violations(evidence), f"{{'{accepted.customer}'}} accepted")


def test_two_who_accept_a_ticket(evidence: Evidence, accepted: Operation) -> None:
    evidence.operations.append(replace(accepted, customer="Ben"))

    assert one_of(violations(evidence), "accepted")


def test_a_holder_who_was_refused(
    evidence: Evidence, ticket: ClaimRow, accepted: Operation
) -> None:
    accepted.outcome, accepted.code, accepted.result = "unknown", "HTTP 502", None
    assert judge(evidence) == {}

    ticket.holder = "Ben"

    assert one_of(violations(evidence), "by somebody who did not accept it")


@pytest.mark.usefixtures("accepted")
def test_a_buyer_who_gives_back_the_ticket_of_somebody_else(
    evidence: Evidence, ticket: ClaimRow
) -> None:
    ticket.refund, ticket.generation = "the refund", 3

    assert one_of(violations(evidence), "was given back by who did not hold it")


def test_a_link_that_is_refused_although_nobody_has_used_it(
    evidence: Evidence, ticket: ClaimRow, accepted: Operation
) -> None:
    evidence.operations.remove(accepted)
    ticket.holder, ticket.generation = None, 1

    assert one_of(violations(evidence), "was refused, and there is")


def test_an_offer_of_a_valid_ticket_that_is_refused(
    evidence: Evidence, accepted: Operation
) -> None:
    accepted.outcome, accepted.code = "refused", "TICKET_NOT_VALID"

    assert one_of(violations(evidence), "is valid")


def test_a_refund_that_was_refused_for_a_transfer_that_nobody_made(
    evidence: Evidence, ticket: ClaimRow, accepted: Operation
) -> None:
    refused = replace(
        accepted, kind="refund", outcome="refused", code="TICKET_TRANSFERRED"
    )
    evidence.operations.append(replace(refused, target=ticket.reservation))
    assert judge(evidence) == {}

    evidence.operations.append(replace(refused, target="another sale"))

    assert one_of(violations(evidence), "no ticket of it is somebody else's")
