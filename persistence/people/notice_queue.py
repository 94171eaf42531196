"""The queue of mails: events that somebody may have to be sent a mail about.

The outbox is for consumers that are quick: it sends an event again that is not
confirmed. A mail may wait for its server for days, so its event becomes a row here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from domain.account_events import ACCOUNT_EVENTS, NOTICES_CONSUMER
from domain.events import PaymentSettled
from persistence.postgres.housekeeping import NOTICES_KEPT
from persistence.postgres.pool import Pool
from persistence.sales.event_sql import CONFIRMED

# Longer than any attempt to send. A worker that is killed leaves its lease behind.
LEASE = "2 minutes"
# A person waits for these, and not behind the tickets of a crowd.
URGENT = [event.__name__ for event in ACCOUNT_EVENTS]

# Attempts whose money goes back, without a sale. Several events are about one of them,
# so its notice has the id of the attempt, as long as such a row is kept.
GIVEN_BACK = f"""
SELECT a.id FROM payment_attempts a JOIN payment_effects e ON e.attempt_id = a.id
WHERE a.payment_id = (outbox.data ->> 'payment_id')::uuid
  AND a.outcome IN ('RELEASED', 'REFUNDED')
GROUP BY a.id
HAVING min(e.created_at) > clock_timestamp() - interval '{NOTICES_KEPT}'
"""  # noqa: S608 # constants

# Confirms the events $1. Those of $3 are for somebody.
ACCEPT = f"""
WITH {CONFIRMED}
INSERT INTO notices (event_id, type, data, caused_at, request_id, due_at)
SELECT coalesce(attempt.id, outbox.id), type, data, created_at, request_id,
    clock_timestamp()
    - CASE WHEN type = ANY($4::text[]) THEN interval '1 day' ELSE interval '0' END
FROM outbox JOIN mine USING (position, id)
LEFT JOIN LATERAL ({GIVEN_BACK}) AS attempt ON type = '{PaymentSettled.__name__}'
WHERE outbox.id = ANY($3::uuid[])
  AND (type <> '{PaymentSettled.__name__}' OR attempt.id IS NOT NULL)
ON CONFLICT (event_id) DO NOTHING
"""  # noqa: S608 # constants
# For others than the first recipient, each once.
SHARE = """
INSERT INTO notices (event_id, type, data, caused_at, request_id, due_at)
SELECT other.id, n.type, n.data || jsonb_build_object('holder_id', other.holder_id),
       n.caused_at, n.request_id, clock_timestamp()
FROM notices n, unnest($2::uuid[], $3::uuid[]) AS other (id, holder_id)
WHERE n.event_id = $1
ON CONFLICT (event_id) DO NOTHING
"""

DUE = f"""
WITH due AS (
    SELECT event_id FROM notices WHERE due_at <= clock_timestamp()
    ORDER BY due_at LIMIT $1
    FOR UPDATE SKIP LOCKED
)
UPDATE notices n
SET due_at = clock_timestamp() + interval '{LEASE}', tries = tries + 1
FROM due WHERE n.event_id = due.event_id
RETURNING n.event_id, n.type, n.data, n.request_id, n.tries,
          clock_timestamp() - n.caused_at AS age
"""  # noqa: S608 # constants

# For a whole lease more, just before the attempt: those before it may have taken long.
KEEP = f"""
UPDATE notices SET due_at = clock_timestamp() + interval '{LEASE}'
WHERE event_id = $1 AND tries = $2 AND result IS NULL
RETURNING TRUE
"""  # noqa: S608 # constants

NEXT_DUE = """
SELECT extract(epoch FROM min(due_at) - clock_timestamp())::float8 FROM notices
WHERE due_at IS NOT NULL
"""

# The first result counts: who takes longer than a lease changes nothing any more. What
# failed keeps its event, so that it can be tried again.
FINISH = """
UPDATE notices
SET result = $2, error = $3, due_at = NULL,
    data = CASE WHEN $2 = 'failed' THEN data END,
    sent_at = CASE WHEN $2 = 'sent' THEN clock_timestamp() END
WHERE event_id = $1 AND result IS NULL
"""
PUT_OFF = """
UPDATE notices SET due_at = clock_timestamp() + least(
    interval '5 minutes', interval '10 seconds' * 2 ^ least(tries - 1, 5))
WHERE event_id = $1 AND result IS NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An event in the queue, for one attempt to send its mail."""

    event_id: UUID
    type: str
    data: dict[str, Any]
    request_id: str | None
    tries: int  # with this one
    age: timedelta

    @property
    def holder_id(self) -> UUID | None:
        """Who is sent this mail because of a transfer. None: who bought the tickets."""
        holder_id = self.data.get("holder_id")
        return UUID(holder_id) if holder_id else None


class NoticeQueue:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def accept(self, event_ids: Sequence[UUID], wanted: Sequence[UUID]) -> None:
        """Confirm the events, and put those that are wanted into the queue."""
        await self._pool.execute(ACCEPT, event_ids, NOTICES_CONSUMER, wanted, URGENT)

    async def take_due(self, limit: int) -> list[Notice]:
        """For this worker, until its lease ends."""
        rows = await self._pool.fetch(DUE, limit)
        return [Notice(**row) for row in rows]

    async def keep(self, notice: Notice) -> bool:
        """Whether it is still this worker's: its lease begins again."""
        return bool(await self._pool.fetchval(KEEP, notice.event_id, notice.tries))

    async def share(self, event_id: UUID, holders: Sequence[UUID]) -> None:
        """Queue a mail about the event for each of these accounts, once."""
        ids = [_shared_id(event_id, holder_id) for holder_id in holders]
        await self._pool.execute(SHARE, event_id, ids, holders)

    async def finish(
        self, event_id: UUID, result: str, error: str | None = None
    ) -> None:
        """No more attempts."""
        await self._pool.execute(FINISH, event_id, result, error)

    async def put_off(self, event_id: UUID) -> None:
        """Until a later attempt: after ten seconds, then more rarely."""
        await self._pool.execute(PUT_OFF, event_id)

    async def seconds_to_next(self) -> float | None:
        """Until a mail is due; None if none waits."""
        left: float | None = await self._pool.fetchval(NEXT_DUE)
        return left


def _shared_id(event_id: UUID, holder_id: UUID) -> UUID:
    """The same one each time. It begins with the time of the event, as all ids do."""
    rest = sha256(event_id.bytes + holder_id.bytes).digest()
    return UUID(bytes=event_id.bytes[:8] + rest[:8])
