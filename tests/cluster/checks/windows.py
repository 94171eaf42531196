"""Promise 8: nobody gets a seat once the sales of its session have ended."""

from collections.abc import Iterator

from tests.cluster.evidence import Evidence


def violations(evidence: Evidence) -> Iterator[str]:
    """By the end of sales as it is after the run: managers only end sales early."""
    for row in evidence.reservations:
        if row.sales_end_at is not None and row.created_at >= row.sales_end_at:
            late = row.created_at - row.sales_end_at
            yield f"{row} was made {late} microseconds after the sales had ended"
