"""The promises about money fail for each kind of lie, and hold for the truth."""

import pytest

from tests.cluster.money.checks import (
    captured_soon,
    judge,
    known,
    late_as_chosen,
    paid_once,
    refunded_once,
    seats_of_money,
    settled,
    to_the_cent,
)
from tests.cluster.money.evidence import MoneyEvidence
from tests.unit.checker.money_run import SOLD_AT, money, money_evidence, ticket
from tests.unit.checker.selection import one_of


@pytest.fixture
def evidence() -> MoneyEvidence:
    return money_evidence()


def test_the_truth(evidence: MoneyEvidence) -> None:
    assert judge(evidence, capture_bound=3600 * 24 * 365) == {}


def test_an_attempt_without_outcome(evidence: MoneyEvidence) -> None:
    evidence.attempts[2].outcome = None

    assert one_of(settled(evidence), "has no outcome")


def test_a_flag(evidence: MoneyEvidence) -> None:
    evidence.attempts[1].flag = "AMOUNT"

    assert one_of(settled(evidence), "is flagged")


def test_a_call_that_was_not_made(evidence: MoneyEvidence) -> None:
    evidence.effects[0].done = False

    assert one_of(settled(evidence), "has not happened")


def test_a_refund_that_is_pending_for_ever(evidence: MoneyEvidence) -> None:
    evidence.refunds[0].status = "PENDING"

    assert one_of(settled(evidence), "has not succeeded")


def test_money_that_nobody_knows(evidence: MoneyEvidence) -> None:
    evidence.ledger.append(money("stranger", 100, {}))

    assert one_of(known(evidence), "1 payments of stranger")


def test_two_pages_of_an_attempt_that_were_paid(evidence: MoneyEvidence) -> None:
    evidence.ledger.append(money("late", 2500, {}))

    assert one_of(known(evidence), "2 payments of late")


def test_a_sale_without_a_paid_attempt(evidence: MoneyEvidence) -> None:
    evidence.attempts[0].outcome = "RELEASED"

    assert one_of(paid_once(evidence), "sold by 0 attempts")


def test_a_sale_by_two_attempts(evidence: MoneyEvidence) -> None:
    evidence.attempts[1].outcome = "SOLD"
    evidence.attempts[1].payment = evidence.attempts[0].payment

    assert one_of(paid_once(evidence), "was sold by 2 attempts")


def test_a_sale_that_is_half(evidence: MoneyEvidence) -> None:
    evidence.attempts[0].reservation_status = "EXPIRED"

    assert one_of(paid_once(evidence), "sold by 1 attempts")


@pytest.mark.parametrize("more", [-1, 1])
def test_a_cent(evidence: MoneyEvidence, more: int) -> None:
    evidence.tickets[0].price_minor += more

    assert one_of(to_the_cent(evidence), "the provider keeps 2500")


def test_an_authorisation_that_is_left(evidence: MoneyEvidence) -> None:
    evidence.ledger[2]["capturable"] = 5000

    assert one_of(to_the_cent(evidence), "an authorisation is left")


def test_a_sale_without_its_money(evidence: MoneyEvidence) -> None:
    evidence.ledger[0]["captured"] = 0

    assert any("0 was captured" in each for each in to_the_cent(evidence))


def test_money_of_nothing(evidence: MoneyEvidence) -> None:
    evidence.ledger[2] |= {"captured": 5000, "refunded": 5000}

    assert one_of(to_the_cent(evidence), "5000 was captured")


def test_money_that_is_said_to_be_back(evidence: MoneyEvidence) -> None:
    evidence.ledger[1] |= {"captured": 0, "refunded": 0}

    assert one_of(to_the_cent(evidence), "nothing was captured")


def test_a_refund_that_happened_twice(evidence: MoneyEvidence) -> None:
    evidence.ledger[0]["refunds"] *= 2

    assert one_of(refunded_once(evidence), "the provider has [2500, 2500]")


def test_a_refund_that_nobody_decided(evidence: MoneyEvidence) -> None:
    del evidence.refunds[1]

    assert one_of(refunded_once(evidence), "refund r2 of []")


def test_a_payment_that_hides_a_refund(evidence: MoneyEvidence) -> None:
    evidence.attempts[0].refunded_minor = 0

    assert one_of(refunded_once(evidence), "2500 is in its refunds")


def test_a_paid_seat_that_is_free(evidence: MoneyEvidence) -> None:
    evidence.tickets[0].seat_status = "AVAILABLE"

    assert one_of(seats_of_money(evidence), "has its seat: False")


def test_a_refunded_seat_that_is_kept(evidence: MoneyEvidence) -> None:
    evidence.tickets[1] = ticket("A2", refund="r1")

    assert one_of(seats_of_money(evidence), "has its seat: True")


def test_a_seat_of_two_tickets(evidence: MoneyEvidence) -> None:
    evidence.tickets.append(ticket("A1"))

    assert one_of(seats_of_money(evidence), "seat A1 is in the tickets of")


def test_a_late_capture(evidence: MoneyEvidence) -> None:
    evidence.ledger[0]["captured_at"] = "2026-12-01T00:00:00.000+00:00"
    evidence.ledger[1]["captured_at"] = None

    assert one_of(captured_soon(evidence, 10), "s after its sale")


def test_a_sale_after_the_end_of_a_hold(evidence: MoneyEvidence) -> None:
    evidence.attempts[0].deadline = SOLD_AT - 5

    assert one_of(late_as_chosen(evidence), "was sold 5.0 s after the end of its hold")


def test_other_seats_for_somebody_who_wanted_their_own(evidence: MoneyEvidence) -> None:
    sale = evidence.attempts[0]
    sale.outcome, sale.if_late, sale.deadline = "RESEATED", "SAME_SEATS", SOLD_AT - 5

    assert one_of(late_as_chosen(evidence), "nobody wanted other seats")


def test_late_money_that_buys_what_its_buyer_wanted(evidence: MoneyEvidence) -> None:
    sale = evidence.attempts[0]
    sale.if_late, sale.deadline = "SAME_SEATS", SOLD_AT - 5

    assert list(late_as_chosen(evidence)) == []


def test_a_report_that_differs(evidence: MoneyEvidence) -> None:
    evidence.differences.append("CAPTURE of 1 BRL, pi_1: we have nothing of it")

    assert judge(evidence, capture_bound=3600 * 24 * 365).keys() == {
        "m9 the provider's report has the same as our rows"
    }
