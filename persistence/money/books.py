"""Reads what our rows say about the money of a day."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import asyncpg

from domain.attempts import RefundStatus
from domain.money import Money
from domain.reconciliation import AttemptBooks, Books, RefundBooks
from persistence.money.attempts import attempt_of
from persistence.postgres.pool import Pool

# Captures and refunds are dated by our clock, when their answer was there. People ask
# once a day: no index is kept for it.
ATTEMPTS = """
SELECT a.*, sold.amount_minor AS sold_minor
FROM payment_attempts a CROSS JOIN LATERAL (
    SELECT coalesce(sum(claims.price_minor), 0)::int AS amount_minor FROM claims
    WHERE claims.reservation_id = a.reservation_id AND claims.released_at IS NULL
      AND a.outcome IN ('SOLD', 'RESEATED')
) AS sold
WHERE a.provider = $1 AND (
    a.charge_ref = ANY($4)
    OR (a.captured_minor > 0 OR a.flag IS NOT NULL)
        AND a.settled_at >= $2 AND a.settled_at < $3
    OR a.id IN (
        SELECT attempt_id FROM payment_effects
        WHERE operation IN ('CAPTURE', 'REFUND')
          AND coalesce(done_at, failed_at) >= $2 AND coalesce(done_at, failed_at) < $3)
    OR a.id IN (SELECT attempt_id FROM refunds WHERE provider_ref = ANY($4)))
"""
REFUNDS = """
SELECT id, attempt_id, provider_ref, amount_minor, currency, status,
       repeated_as IS NOT NULL AS is_repeated FROM refunds
WHERE attempt_id = ANY($1)
"""


class PostgresBooks:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of_day(self, provider: str, day: date, refs: Sequence[str]) -> Books:
        begin = datetime.combine(day, time(), UTC)
        async with (
            self._pool.acquire() as db,
            db.transaction(isolation="repeatable_read", readonly=True),
        ):
            attempts = await db.fetch(
                ATTEMPTS, provider, begin, begin + timedelta(days=1), refs
            )
            refunds = await db.fetch(REFUNDS, [row["id"] for row in attempts])
        return Books(
            attempts=[_attempt(row) for row in attempts],
            refunds=[_refund(row) for row in refunds],
        )


def _attempt(row: asyncpg.Record) -> AttemptBooks:
    return AttemptBooks(
        attempt=attempt_of(row),
        captured_minor=row["captured_minor"],
        sold_minor=row["sold_minor"],
        flag=row["flag"],
    )


def _refund(row: asyncpg.Record) -> RefundBooks:
    return RefundBooks(
        id=row["id"],
        attempt_id=row["attempt_id"],
        ref=row["provider_ref"],
        amount=Money(row["amount_minor"], row["currency"]),
        status=RefundStatus(row["status"]),
        is_repeated=row["is_repeated"],
    )
