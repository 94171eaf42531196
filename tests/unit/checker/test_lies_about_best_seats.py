"""Promise 3 fails when a call of reserveBestSeats holds a part, or seats apart."""

import pytest

from tests.cluster.checks import judge
from tests.cluster.checks.answers import violations
from tests.cluster.evidence import Evidence, Operation
from tests.cluster.rows import SeatRow
from tests.unit.checker.selection import best, one_of


def rows_of(evidence: Evidence, call: Operation) -> list[SeatRow]:
    held = {c.seat for c in evidence.claims if c.reservation == call.result}
    return [row for row in evidence.seats if row.id in held]


def forget_answer(call: Operation) -> None:
    call.outcome, call.result, call.states = "unknown", None, ()


@pytest.mark.parametrize("answered", [True, False])
def test_whole_holds_are_true(evidence: Evidence, answered: bool) -> None:
    call = best(evidence)
    if not answered:
        forget_answer(call)

    assert judge(evidence) == {}


@pytest.mark.parametrize("count", [1, 3])
def test_other_numbers_of_seats_than_asked_for(evidence: Evidence, count: int) -> None:
    best(evidence).count = count

    assert one_of(violations(evidence), "was acknowledged")


def test_an_unknown_call_that_holds_a_part(evidence: Evidence) -> None:
    call = best(evidence)
    call.count = 3

    forget_answer(call)

    assert one_of(violations(evidence), "nobody asked for")


def test_a_seat_of_another_session(evidence: Evidence) -> None:
    rows_of(evidence, best(evidence))[0].session = "another"

    assert one_of(violations(evidence), "was acknowledged")


def test_seats_apart_in_the_row(evidence: Evidence) -> None:
    call = best(evidence)
    rows_of(evidence, call)[1].place = 2
    assert one_of(violations(evidence), "was acknowledged")

    call.together = "ANY"

    assert list(violations(evidence)) == []


def test_seats_of_two_rows(evidence: Evidence) -> None:
    rows_of(evidence, best(evidence))[0].row = "another"

    assert one_of(violations(evidence), "was acknowledged")
