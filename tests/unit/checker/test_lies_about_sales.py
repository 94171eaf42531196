"""Promise 2 fails when a sale is undone, unpaid, paid twice or incomplete."""

from dataclasses import replace

import pytest

from tests.cluster.checks.sales import violations
from tests.cluster.evidence import Evidence
from tests.unit.checker.selection import (
    after,
    extension,
    hold_of,
    one_of,
    reservation,
    seat,
)


def test_a_sold_seat_that_is_on_sale_again(evidence: Evidence) -> None:
    sold = seat(evidence, "SOLD")
    last = next(
        c for c in evidence.changes if (c.seat, c.version) == (sold.id, sold.version)
    )

    evidence.changes.append(
        replace(last, version=last.version + 1, status="AVAILABLE", reservation=None)
    )

    assert one_of(violations(evidence), f"seat {sold.id} was sold to")


def test_a_payment_without_its_seats(evidence: Evidence) -> None:
    payment = next(p for p in evidence.payments if p.status == "EXPIRED")

    payment.status = "APPROVED"

    assert one_of(violations(evidence), "payment approved: True, confirmed: False")


def test_seats_without_their_payment(evidence: Evidence) -> None:
    row = reservation(evidence, "CONFIRMED")
    payment = next(p for p in evidence.payments if p.reservation == row.id)

    payment.status = "PENDING"

    assert one_of(violations(evidence), "payment approved: False, confirmed: True")


def test_a_second_payment_for_the_same_seats(evidence: Evidence) -> None:
    event = next(e for e in evidence.outbox if e.type == "PaymentApproved")

    evidence.outbox.append(event)

    assert one_of(violations(evidence), "PaymentApproved was published for")


def test_a_ticket_that_costs_less_than_was_agreed(evidence: Evidence) -> None:
    row = reservation(evidence, "EXPIRED")
    ticket = next(claim for claim in evidence.claims if claim.reservation == row.id)

    ticket.price_minor -= 1

    assert one_of(violations(evidence), f"the tickets of reservation {row.id} cost")


def test_an_open_payment_for_another_sum(evidence: Evidence) -> None:
    payment = next(p for p in evidence.payments if p.status == "EXPIRED")

    payment.amount_minor += 1

    assert one_of(violations(evidence), "is not for")


def test_a_seat_for_a_cent(evidence: Evidence) -> None:
    row = reservation(evidence, "CONFIRMED")
    payment = next(p for p in evidence.payments if p.reservation == row.id)

    payment.amount_minor = 1

    assert one_of(violations(evidence), "was paid with")


def test_a_reservation_at_another_price(evidence: Evidence) -> None:
    reservation(evidence, "CANCELLED").amount_minor += 1

    assert one_of(violations(evidence), "costs")


def test_a_sale_that_lacks_a_seat(evidence: Evidence) -> None:
    row = reservation(evidence, "CONFIRMED", seats=2)
    sold = next(s for s in evidence.seats if s.reservation == row.id)

    sold.status, sold.reservation = "AVAILABLE", None

    assert one_of(violations(evidence), f"reservation {row.id}")


def test_a_hold_in_two_transactions(evidence: Evidence) -> None:
    held = hold_of(evidence, reservation(evidence, "CANCELLED", seats=2))

    held.transaction += 1

    assert one_of(violations(evidence), "took")


def test_a_hold_that_claims_less_than_it_took(evidence: Evidence) -> None:
    row = reservation(evidence, "CANCELLED", seats=2)
    claim = next(c for c in evidence.claims if c.reservation == row.id)

    evidence.claims.remove(claim)

    assert one_of(violations(evidence), "took")


def test_a_hold_that_ended_in_part(evidence: Evidence) -> None:
    row = reservation(evidence, "EXPIRED")
    held = hold_of(evidence, row)

    evidence.changes.remove(after(evidence, held))

    assert one_of(violations(evidence), "ended with")


def test_a_claim_on_a_seat_that_was_given_back(evidence: Evidence) -> None:
    row = reservation(evidence, "CANCELLED")
    claim = next(c for c in evidence.claims if c.reservation == row.id)

    claim.open = True

    assert one_of(violations(evidence), "is open, and its seat was given back")


def test_an_extension_in_two_transactions(evidence: Evidence) -> None:
    change = extension(evidence)
    evidence.changes.append(replace(change, transaction=change.transaction + 1))

    assert one_of(violations(evidence), f"ReservationRow(id='{change.reservation}'")


def test_an_extension_of_no_seat(evidence: Evidence) -> None:
    reservation(evidence, "CONFIRMED").extensions += 1

    assert one_of(violations(evidence), " took ")


@pytest.mark.parametrize("what", ["Confirmed", "Cancelled", "Expired", "Extended"])
def test_an_event_with_an_older_price_of_a_seat(evidence: Evidence, what: str) -> None:
    event = next(e for e in evidence.outbox if e.type == f"Reservation{what}")
    event.seats[0].price_minor = 1

    assert one_of(violations(evidence), f"{event} has seats for")


@pytest.mark.parametrize("what", ["Confirmed", "Cancelled", "Expired"])
def test_an_end_with_an_older_total(evidence: Evidence, what: str) -> None:
    event = next(e for e in evidence.outbox if e.type == f"Reservation{what}")
    event.amount_minor = 1

    assert one_of(violations(evidence), f"{event} is not for")
