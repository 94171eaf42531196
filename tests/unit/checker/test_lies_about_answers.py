"""Promise 3 fails when an answer is wrong, or a key does not find its result."""

from dataclasses import replace

import pytest

from tests.cluster.checks.answers import violations
from tests.cluster.evidence import Evidence
from tests.unit.checker.selection import extended, one_of, operation, reservation


def test_a_hold_that_was_acknowledged_and_lost(evidence: Evidence) -> None:
    held = operation(evidence, "reserve", "ok")

    evidence.reservations = [r for r in evidence.reservations if r.id != held.result]

    assert one_of(violations(evidence), "was acknowledged, and there is None")


def test_other_seats_than_those_acknowledged(evidence: Evidence) -> None:
    held = operation(evidence, "reserve", "ok")

    held.states = held.states[1:]

    assert one_of(violations(evidence), "was acknowledged")


def test_another_price_than_the_acknowledged(evidence: Evidence) -> None:
    operation(evidence, "reserve", "ok").amount_minor = 1

    assert one_of(violations(evidence), "was acknowledged")


def test_a_cancel_that_was_acknowledged_and_lost(evidence: Evidence) -> None:
    cancelled = operation(evidence, "cancel", "ok")

    for row in evidence.reservations:
        if row.id == cancelled.target:
            row.status = "EXPIRED"

    assert one_of(violations(evidence), "kind='cancel'")


def test_a_sale_that_was_acknowledged_and_lost(evidence: Evidence) -> None:
    sold = operation(evidence, "approve", "ok")

    for payment in evidence.payments:
        if payment.id == sold.target:
            payment.status = "EXPIRED"

    assert one_of(violations(evidence), "kind='approve'")


def test_a_refusal_that_charged_all_the_same(evidence: Evidence) -> None:
    sold = operation(evidence, "approve", "ok")

    evidence.operations.append(
        replace(sold, outcome="refused", code="RESERVATION_EXPIRED", key=None)
    )

    assert one_of(violations(evidence), "RESERVATION_EXPIRED")


def test_an_unknown_hold_that_is_there_in_part(evidence: Evidence) -> None:
    """The hold has other seats than those that were requested."""
    row = reservation(evidence, "CANCELLED", seats=2)
    for one in evidence.operations:
        if one.result == row.id:
            one.outcome, one.result, one.states = "unknown", None, ()
    assert list(violations(evidence)) == []

    claim = next(c for c in evidence.claims if c.reservation == row.id)
    evidence.claims.remove(claim)

    assert one_of(violations(evidence), "nobody asked for")


def test_one_unknown_hold_that_is_there_twice(evidence: Evidence) -> None:
    row = reservation(evidence, "EXPIRED")

    evidence.reservations.append(replace(row, id="another"))

    assert one_of(violations(evidence), "nobody asked for")


def test_one_key_with_two_answers(evidence: Evidence) -> None:
    held = next(
        o
        for o in evidence.operations
        if o.kind == "reserve" and o.outcome == "ok" and o.key
    )

    evidence.operations.append(replace(held, result=evidence.reservations[-1].id))

    assert one_of(violations(evidence), f"the key {held.key}")


def test_a_key_that_was_refused_and_kept(evidence: Evidence) -> None:
    kept = next(k for k in evidence.keys if k.operation == "reserveSeats")

    for one in evidence.operations:
        if (one.customer, one.key) == (kept.customer, kept.key):
            one.outcome, one.code = "refused", "SEATS_UNAVAILABLE"

    assert one_of(violations(evidence), "was refused with")


def test_a_conflict_with_nothing(evidence: Evidence) -> None:
    refused = operation(evidence, "reserve", "refused", "SEATS_UNAVAILABLE")

    refused.key, refused.code = "never used", "IDEMPOTENCY_CONFLICT"

    assert one_of(violations(evidence), "is in conflict with nothing")


def test_a_customer_who_is_not_known_any_more(evidence: Evidence) -> None:
    refused = operation(evidence, "reserve", "refused", "SEATS_UNAVAILABLE")

    refused.code = "UNAUTHENTICATED"

    assert one_of(violations(evidence), "nothing was wrong with it")


def test_an_extension_that_was_acknowledged_and_lost(evidence: Evidence) -> None:
    row = extended(evidence)
    row.extensions = 0

    assert one_of(violations(evidence), "should have been extended 1 to 1 times")


def test_an_extension_that_nobody_asked_for(evidence: Evidence) -> None:
    row = reservation(evidence, "CONFIRMED")
    asked = sum(o.target == row.id for o in evidence.operations)
    row.extensions += 1

    assert one_of(violations(evidence), f"extended {asked} to {asked} times")


def test_a_key_that_extended_twice(evidence: Evidence) -> None:
    row = extended(evidence)
    asked = operation(evidence, "extend", "ok")
    evidence.operations.append(replace(asked, target=row.id))
    extended(evidence).extensions += 1

    assert one_of(violations(evidence), "should have been extended 1 to 1 times")


@pytest.mark.parametrize("lie", ["total", "price", "reservation"])
def test_a_choice_that_was_answered_otherwise(evidence: Evidence, lie: str) -> None:
    held = operation(evidence, "reserve", "ok")
    chosen = replace(held, kind="choose", target=held.result, key=None)
    evidence.operations.append(chosen)
    assert list(violations(evidence)) == []

    match lie:
        case "total":
            chosen.amount_minor = 1
        case "price":
            chosen.states = (replace(chosen.states[0], price_minor=1),)
        case "reservation":
            chosen.result = "another"

    assert one_of(violations(evidence), "kind='choose'")
