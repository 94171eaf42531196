"""The money that waits: attempts without an outcome, and calls to the provider."""

from dataclasses import dataclass, field

from domain.attempts import Operation
from persistence.postgres.pool import Pool

COUNT_LIMIT = 100_000  # rows: a scrape must not read millions of them

# By the database's clock, and by partial indexes, which have nothing but what waits. An
# attempt waits for nobody as long as its buyer may pay.
WAITING = """
SELECT NULL AS operation, count(*) AS waiting,
       extract(epoch FROM clock_timestamp() - min(expires_at))::float8 AS age
FROM (
    SELECT expires_at FROM payment_attempts
    WHERE outcome IS NULL LIMIT $1
) AS attempts
UNION ALL
SELECT operation, count(*),
       extract(epoch FROM clock_timestamp() - min(created_at))::float8
FROM (
    SELECT operation, created_at FROM payment_effects
    WHERE due_at IS NOT NULL LIMIT $1
) AS effects
GROUP BY operation
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    count: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class MoneyBacklog:
    """`attempts` without an outcome, by the end of the oldest one's window."""

    attempts: Waiting = Waiting()
    calls: dict[Operation, Waiting] = field(default_factory=dict)


async def read_money_backlog(pool: Pool) -> MoneyBacklog:
    attempts, calls = Waiting(), {}
    for row in await pool.fetch(WAITING, COUNT_LIMIT):
        waiting = Waiting(row["waiting"], max(row["age"] or 0.0, 0.0))
        if row["operation"] is None:
            attempts = waiting
        else:
            calls[Operation(row["operation"])] = waiting
    return MoneyBacklog(attempts, calls)
