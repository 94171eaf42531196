"""Promise 10 fails when a refund is lost, doubled, of other tickets or not whole."""

from dataclasses import replace

from tests.cluster.checks import judge, refunds, sales, seats
from tests.cluster.evidence import Evidence
from tests.unit.checker.refunded_run import refund
from tests.unit.checker.selection import one_of, reservation


def test_a_true_refund(evidence: Evidence) -> None:
    refund(evidence)

    assert judge(evidence) == {}


def test_a_refund_that_was_acknowledged_and_lost(evidence: Evidence) -> None:
    refunded = refund(evidence)

    evidence.refunds.remove(refunded.row)

    assert one_of(refunds.violations(evidence), "was answered, and there is None")


def test_a_refund_of_another_amount_than_was_answered(evidence: Evidence) -> None:
    refunded = refund(evidence)

    refunded.operation.amount_minor = 1

    assert one_of(refunds.violations(evidence), "was answered, and there is Refund")


def test_a_refund_of_another_ticket(evidence: Evidence) -> None:
    refunded = refund(evidence)

    refunded.ticket.ticket = "another ticket"

    assert one_of(refunds.violations(evidence), "nobody asked for")


def test_a_refund_of_a_part_when_all_was_asked_for(evidence: Evidence) -> None:
    refunded = refund(evidence)

    refunded.operation.tickets = ()

    assert one_of(refunds.violations(evidence), "are left")


def test_a_refund_that_nobody_asked_for(evidence: Evidence) -> None:
    refunded = refund(evidence)

    evidence.operations.remove(refunded.operation)

    assert one_of(refunds.violations(evidence), "nobody asked for")


def test_a_refund_after_a_refusal(evidence: Evidence) -> None:
    refunded = refund(evidence).operation

    refunded.outcome, refunded.code = "refused", "NOTHING_TO_REFUND"

    lies = list(refunds.violations(evidence))
    assert one_of(lies, "nobody asked for")
    assert one_of(lies, "was refused, and there are")


def test_a_refund_that_is_asked_for_before_it_is_answered_twice(
    evidence: Evidence,
) -> None:
    """With the same key: there is one."""
    refunded = refund(evidence)

    evidence.operations.append(replace(refunded.operation, outcome="unknown"))

    assert judge(evidence) == {}


def test_a_second_refund_of_the_same_ticket(evidence: Evidence) -> None:
    refunded = refund(evidence)

    evidence.refunds.append(replace(refunded.row, id="the second"))

    lies = list(refunds.violations(evidence))
    assert one_of(lies, "nobody asked for")
    assert one_of(lies, "cost 0")
    assert one_of(lies, "has refunds of")


def test_a_refund_that_leaves_the_seat_sold(evidence: Evidence) -> None:
    refunded = refund(evidence)

    evidence.changes.remove(refunded.change)

    assert one_of(refunds.violations(evidence), "gave back [None]")


def test_a_refunded_ticket_that_is_still_good(evidence: Evidence) -> None:
    refunded = refund(evidence)

    refunded.ticket.open = True

    assert one_of(refunds.violations(evidence), f"refund {refunded.row.id} of")


def test_a_refund_in_parts(evidence: Evidence) -> None:
    """Two tickets, whose seats are free again in two transactions."""
    refunded = refund(evidence)
    other = next(
        claim
        for claim in evidence.claims
        if claim.reservation == refunded.ticket.reservation and claim.refund is None
    )
    sold = next(
        change
        for change in reversed(evidence.changes)
        if (change.seat, change.status) == (other.seat, "SOLD")
    )

    other.refund, other.open = refunded.row.id, False
    evidence.changes.append(
        replace(
            refunded.change,
            seat=other.seat,
            version=sold.version + 1,
            transaction=refunded.change.transaction + 1,
        )
    )

    assert one_of(refunds.violations(evidence), "gave back [SeatChange")


def test_a_payment_that_does_not_know_of_its_refund(evidence: Evidence) -> None:
    refunded = refund(evidence)

    refunded.payment.refunded_minor = 0

    assert one_of(refunds.violations(evidence), "has refunds of")


def test_a_refund_without_its_event(evidence: Evidence) -> None:
    refunded = refund(evidence)

    evidence.outbox.remove(refunded.event)

    assert one_of(refunds.violations(evidence), "[] was published for refunds of")


def test_a_seat_that_is_free_without_the_refund_of_its_ticket(
    evidence: Evidence,
) -> None:
    refunded = refund(evidence)

    refunded.ticket.refund = None

    assert one_of(seats.violations(evidence), "became AVAILABLE")
    assert one_of(sales.violations(evidence), "was sold to")


def test_a_refund_that_strikes_before_it_is_asked_for(evidence: Evidence) -> None:
    """An earlier answer already shows the seat as free."""
    refunded = refund(evidence)
    sold = reservation(evidence, "CONFIRMED", seats=2)
    early = replace(
        next(one for one in evidence.operations if one.kind == "read"),
        session=sold.session,
        invoked=refunded.operation.invoked - 2,
        returned=refunded.operation.invoked - 1,
        states=refunded.event.seats,
    )

    evidence.operations.append(early)

    assert one_of(seats.violations(evidence), "was answered before refund of version")


def test_a_key_that_stands_for_another_refund(evidence: Evidence) -> None:
    refund(evidence)

    evidence.keys[-1].result = "another"

    assert any("the key" in each for each in judge(evidence)[ANSWERS])


ANSWERS = "3 what was acknowledged is there, unknowns whole or not"
