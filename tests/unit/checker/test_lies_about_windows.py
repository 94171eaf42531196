"""Promise 8 fails when a seat was held after the end of sales, or refused before."""

from datetime import date

import pytest

from tests.cluster.checks.windows import violations
from tests.cluster.evidence import SECOND, Evidence
from tests.cluster.rows import SessionRow
from tests.unit.checker.selection import one_of, operation, reservation


@pytest.mark.parametrize("status", ["CONFIRMED", "CANCELLED"])
def test_a_hold_after_the_end_of_sales(evidence: Evidence, status: str) -> None:
    row = reservation(evidence, status)
    row.sales_end_at = row.created_at

    [found] = violations(evidence)
    assert found.endswith("was made 0 microseconds after the sales had ended")


def test_a_hold_of_the_last_moment(evidence: Evidence) -> None:
    row = reservation(evidence, "CONFIRMED")
    row.sales_end_at = row.created_at + 1

    assert list(violations(evidence)) == []


def test_a_refusal_before_the_end_of_sales(evidence: Evidence) -> None:
    refused = operation(evidence, "reserve", "refused")
    refused.code = "SESSION_CLOSED"
    answered = evidence.database_time(refused.returned)
    row = SessionRow(
        id=refused.session, cinema="", day=date.min, sales_end_at=answered - SECOND
    )
    evidence.sessions.append(row)
    assert list(violations(evidence)) == []

    row.sales_end_at = answered + SECOND

    assert one_of(violations(evidence), f"sales end at {answered + SECOND}")
