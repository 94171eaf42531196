"""Promise 8: sales go on until their end, and nobody gets a seat after it."""

from collections.abc import Iterator

from tests.cluster.evidence import SECOND, Evidence

CLOCK_TOLERANCE = SECOND // 20


def violations(evidence: Evidence) -> Iterator[str]:
    """By the end of sales as it is after the run: managers only end sales early."""
    for row in evidence.reservations:
        if row.sales_end_at is not None and row.created_at >= row.sales_end_at:
            late = row.created_at - row.sales_end_at
            yield f"{row} was made {late} microseconds after the sales had ended"
    ends = {row.id: row.sales_end_at for row in evidence.sessions}
    for one in evidence.operations:
        end, answered = ends.get(one.session), evidence.database_time(one.returned)
        if one.code == "SESSION_CLOSED" and (
            end is None or answered + CLOCK_TOLERANCE < end
        ):
            yield f"{one} was refused, and sales end at {end}"
