"""The backlog of the outbox, of each consumer and of mails, in one query."""

from dataclasses import dataclass

from persistence.postgres.pool import Pool

COUNT_LIMIT = 100_000  # rows: a scrape must not read millions of them

# By the database's clock. An event that waits for the relay waits for all its consumers
# too. The oldest events come first, so an age is right even beyond the limit.
BACKLOGS = """
WITH waiting AS (
    SELECT created_at, sends, awaiting FROM outbox ORDER BY position LIMIT $1
)
SELECT consumer, count(*) AS events,
       extract(epoch FROM clock_timestamp() - min(created_at))::float8 AS age
FROM (
    SELECT NULL AS consumer, created_at FROM waiting
    UNION ALL
    SELECT unnest(awaiting), created_at FROM waiting
    UNION ALL
    (SELECT 'relay', created_at FROM outbox
     WHERE sends = 0 ORDER BY position LIMIT $1)
    UNION ALL
    (SELECT 'mails', caused_at FROM notices
     WHERE due_at IS NOT NULL ORDER BY due_at LIMIT $1)
) AS behind
GROUP BY consumer
"""


@dataclass(frozen=True, slots=True)
class Backlog:
    events: int = 0
    seconds: float = 0.0


async def read_backlogs(pool: Pool) -> dict[str | None, Backlog]:
    """Of each consumer, of `relay` and `mails`; None: of the outbox as a whole."""
    rows = await pool.fetch(BACKLOGS, COUNT_LIMIT)
    return {row["consumer"]: Backlog(row["events"], row["age"]) for row in rows}
