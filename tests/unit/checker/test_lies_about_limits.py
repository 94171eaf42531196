"""Promise 6 fails when a customer has too many seats at one moment."""

from dataclasses import replace

from domain.reservation import SEATS_PER_CUSTOMER
from tests.cluster.checks.limits import violations
from tests.cluster.evidence import Evidence
from tests.unit.checker.selection import hold_of, reservation


def test_a_customer_with_a_seat_too_many(evidence: Evidence) -> None:
    row = reservation(evidence, "CONFIRMED")
    held = hold_of(evidence, row)
    others = [
        replace(held, seat=f"seat {number}", transaction=held.transaction + number)
        for number in range(SEATS_PER_CUSTOMER)
    ]

    evidence.changes += others

    [*found] = violations(evidence)
    assert found[0].startswith(
        f"{row.customer} has {SEATS_PER_CUSTOMER + 1} seats of session {row.session}"
    )


def test_seats_that_were_given_back_do_not_count(evidence: Evidence) -> None:
    held = hold_of(evidence, reservation(evidence, "CONFIRMED"))
    for number in range(1, 2 * SEATS_PER_CUSTOMER):
        taken = replace(held, seat="a seat", version=number, transaction=number)
        freed = replace(taken, status="AVAILABLE", reservation=None)
        evidence.changes += [taken, replace(freed, version=number + 1)]

    assert list(violations(evidence)) == []
