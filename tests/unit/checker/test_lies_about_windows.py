"""Promise 8 fails when a seat was held after the sales of its session."""

import pytest

from tests.cluster.checks.windows import violations
from tests.cluster.evidence import Evidence
from tests.unit.checker.selection import reservation


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
