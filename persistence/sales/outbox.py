"""The outbox: events that their consumers have not all confirmed yet.

Every statement locks rows in the order of their positions, so the relay and the
consumers queue instead of deadlocking.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.seats import Position
from persistence.postgres.pool import Connection, Pool
from persistence.sales.event_sql import CONFIRM

LEASE = timedelta(seconds=3)

RENEW_LEASE = """
INSERT INTO relay_lease AS lease (id, holder, held_until)
VALUES (1, $1, clock_timestamp() + $2::interval)
ON CONFLICT (id) DO UPDATE
    SET holder = excluded.holder, held_until = excluded.held_until
    WHERE lease.holder = excluded.holder OR lease.held_until <= clock_timestamp()
RETURNING TRUE
"""

LEASE_SECONDS = """
SELECT extract(epoch FROM held_until - clock_timestamp())::float8 FROM relay_lease
"""

RELEASE_LEASE = """
UPDATE relay_lease SET held_until = clock_timestamp() WHERE holder = $1
"""

# In the order of positions; also what was sent and not confirmed in time.
DUE = """
SELECT position, id, topic, type, session_id, data, awaiting, created_at, sends,
       request_id, trace_parent
FROM outbox
WHERE (sends = 0 OR (sends > 0 AND send_after <= clock_timestamp()))
  AND EXISTS (SELECT FROM relay_lease
              WHERE holder = $1 AND held_until > clock_timestamp())
ORDER BY position LIMIT $2
"""

MARK_SENT = """
WITH mine AS (
    SELECT position FROM outbox WHERE position = ANY($1::bigint[])
    ORDER BY position FOR UPDATE
)
UPDATE outbox
SET sends = sends + 1,
    send_after = clock_timestamp() + least(
        interval '5 minutes', interval '10 seconds' * 2 ^ least(sends, 5))
FROM mine WHERE outbox.position = mine.position
"""

# Watchers may not have received these events yet. One that resumes from the oldest of
# them misses nothing, not even an event that the broker lost and that is sent again.
OLDEST_POSITIONS = """
SELECT session_id, min((data->>'position')::bigint) AS position
FROM outbox
WHERE session_id = ANY($1::uuid[]) AND $2 = ANY(awaiting) AND data ? 'position'
GROUP BY session_id
"""

SEND_AGAIN = """
WITH mine AS (
    SELECT position FROM outbox WHERE sends > 0 ORDER BY position FOR UPDATE
)
UPDATE outbox SET send_after = clock_timestamp()
FROM mine WHERE outbox.position = mine.position
"""

# If the event still waits for other consumers, only `awaiting` changes.
PUT_BACK = """
INSERT INTO outbox AS waiting
    (id, topic, type, session_id, data, awaiting, created_at, request_id, trace_parent)
VALUES ($1, $2, $3, $4, $5, ARRAY[$6], $7, $8, $9)
ON CONFLICT (id) DO UPDATE
SET awaiting = array_remove(waiting.awaiting, $6) || $6,
    send_after = CASE WHEN waiting.sends > 0 THEN clock_timestamp() END
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEvent:
    position: int
    id: UUID
    topic: str
    type: str
    session_id: UUID
    data: dict[str, Any]
    awaiting: Sequence[str]
    created_at: datetime
    sends: int  # before this one
    request_id: str | None = None
    trace_parent: str | None = None


class Outbox:
    """The relay's side: the lease, which one relay holds, and the events to send."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def renew_lease(self, holder: UUID) -> bool:
        """For LEASE from now, by the database's clock; False: another relay has it."""
        return bool(await self._pool.fetchval(RENEW_LEASE, holder, LEASE))

    async def lease_seconds(self) -> float:
        """Until the lease ends, unless its holder renews it."""
        return float(await self._pool.fetchval(LEASE_SECONDS) or 0)

    async def release_lease(self, holder: UUID) -> None:
        """So that the next relay does not wait for the lease to end."""
        await self._pool.execute(RELEASE_LEASE, holder)

    async def due(self, holder: UUID, limit: int) -> list[OutboxEvent]:
        """The events to send; none if the lease has ended since it was renewed."""
        rows = await self._pool.fetch(DUE, holder, limit)
        return [OutboxEvent(**row) for row in rows]

    async def mark_sent(self, positions: Sequence[int]) -> None:
        """They are sent again if their consumers do not confirm them in time."""
        await self._pool.execute(MARK_SENT, positions)

    async def send_again(self) -> None:
        """Make all unconfirmed events due at once: the broker has lost them."""
        await self._pool.execute(SEND_AGAIN)


async def confirm(
    db: Pool | Connection, event_ids: Collection[UUID], consumer: str
) -> set[UUID]:
    """The events that `consumer` had not confirmed before."""
    rows = await db.fetch(CONFIRM, event_ids, consumer)
    return {row["id"] for row in rows}


async def oldest_positions(
    pool: Pool, session_ids: Collection[UUID], consumer: str
) -> dict[UUID, Position]:
    """The oldest position of each session that `consumer` has not confirmed."""
    rows = await pool.fetch(OLDEST_POSITIONS, session_ids, consumer)
    return {row["session_id"]: Position(row["position"]) for row in rows}


async def put_back(
    pool: Pool,
    *,
    event_id: UUID,
    topic: str,
    type: str,
    session_id: UUID,
    data: dict[str, Any],
    consumer: str,
    created_at: datetime,
    request_id: str | None,
    trace_parent: str | None,
) -> None:
    """Await `consumer` again, which gave it up. A second call changes nothing."""
    await pool.execute(
        PUT_BACK,
        event_id,
        topic,
        type,
        session_id,
        data,
        consumer,
        created_at,
        request_id,
        trace_parent,
    )
