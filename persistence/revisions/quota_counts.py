"""Counts the tickets of quotas again, for sessions that are not over.

The programs of the last release end holds without giving quotas back.
"""

from uuid import UUID

import asyncpg

from persistence.postgres.pool import Connection
from persistence.revisions.finding import Finding

HAS_QUOTAS = "SELECT to_regclass('ticket_quotas') IS NOT NULL"

TICKETS = """
SELECT least(count(*), q.seats_limit)::int AS tickets
FROM session_seats seat JOIN claims ON claims.session_seat_id = seat.id
WHERE seat.session_id = q.session_id AND claims.released_at IS NULL
    AND claims.ticket_type_id = q.ticket_type_id
"""
MISCOUNTED = f"""
SELECT q.session_id, q.seats_taken, counted.tickets
FROM sessions s JOIN ticket_quotas q ON q.session_id = s.id
CROSS JOIN LATERAL ({TICKETS}) AS counted
WHERE s.ends_at > clock_timestamp() AND q.seats_taken <> counted.tickets
ORDER BY q.session_id, q.ticket_type_id
"""  # noqa: S608 # constants
# A call that changes the tickets of a quota has its row until the commit, or waits for
# it to count what has changed. So once we have the row, the next statement sees the
# tickets that are in the counter, and no others.
LOCK_QUOTAS = """
SELECT FROM ticket_quotas WHERE session_id = $1 ORDER BY ticket_type_id FOR UPDATE
"""
COUNT_AGAIN = f"""
UPDATE ticket_quotas SET seats_taken = counted.tickets
FROM ticket_quotas q CROSS JOIN LATERAL ({TICKETS}) AS counted
WHERE q.session_id = $1 AND ticket_quotas.session_id = q.session_id
    AND ticket_quotas.ticket_type_id = q.ticket_type_id
    AND ticket_quotas.seats_taken <> counted.tickets
"""  # noqa: S608 # constants


async def findings(db: Connection) -> list[Finding]:
    return [
        Finding(
            table="ticket_quotas",
            row_id=row["session_id"],
            stored=str(row["seats_taken"]),
            wanted=str(row["tickets"]),
        )
        for row in await _miscounted(db)
    ]


async def revise(db: Connection) -> int:
    """Returns how many counters it changed."""
    sessions = dict.fromkeys(row["session_id"] for row in await _miscounted(db))
    return sum([await _count_again(db, session_id) for session_id in sessions])


async def _miscounted(db: Connection) -> list[asyncpg.Record]:
    """Also of calls that are under way: those are right when they are locked."""
    return await db.fetch(MISCOUNTED) if await db.fetchval(HAS_QUOTAS) else []


async def _count_again(db: Connection, session_id: UUID) -> int:
    async with db.transaction():
        await db.execute(LOCK_QUOTAS, session_id)
        done = await db.execute(COUNT_AGAIN, session_id)
    return int(done.split()[-1])
