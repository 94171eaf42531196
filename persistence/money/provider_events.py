"""Remembers which events of a provider came, and what they hint at."""

from domain.payment_provider import ProviderEvent
from persistence.postgres.pool import Pool

# One statement: an event that is stored has made its attempt due. The settler asks the
# provider, so neither the order of events nor their content matters. A refund that had
# succeeded may fail days later: it is asked about once more, too.
RECORD = """
WITH recorded AS (
    INSERT INTO provider_events (provider, event_id, type, attempt_id)
    VALUES ($1, $2, $3, (
        SELECT id FROM payment_attempts WHERE id = $4 AND provider = $1))
    ON CONFLICT DO NOTHING
    RETURNING attempt_id
),
due AS (
    UPDATE payment_attempts a SET due_at = clock_timestamp()
    FROM recorded WHERE a.id = recorded.attempt_id
    RETURNING a.id
),
looked_at AS (
    UPDATE payment_effects e SET due_at = clock_timestamp(), done_at = NULL
    FROM due WHERE e.attempt_id = due.id AND (e.due_at IS NOT NULL
        OR $5 AND e.operation = 'REFUND' AND e.done_at IS NOT NULL)
)
SELECT id FROM due
"""


class ProviderEvents:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def record(self, provider: str, event: ProviderEvent) -> bool:
        """Whether an attempt is due now: false for a repeat, and for others' events."""
        due = await self._pool.fetchval(
            RECORD,
            provider,
            event.id,
            event.type,
            event.attempt_id,
            event.is_about_refund,
        )
        return due is not None
