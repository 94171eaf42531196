"""How far everybody is behind the outbox, in one look."""

from dataclasses import dataclass

from persistence.postgres.pool import Pool

# A backlog is counted up to here: a scrape must not read millions of rows.
MOST = 100_000

# By the database's clock. An event that waits for its relay waits for all consumers,
# too; the oldest comes first, and is found without the rest.
BACKLOG = """
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
) AS behind
GROUP BY consumer
"""


@dataclass(frozen=True, slots=True)
class Behind:
    events: int = 0
    seconds: float = 0.0


async def backlog(pool: Pool) -> dict[str | None, Behind]:
    """By who is awaited, `relay` among them; None: the outbox as a whole."""
    rows = await pool.fetch(BACKLOG, MOST)
    return {row["consumer"]: Behind(row["events"], row["age"]) for row in rows}
