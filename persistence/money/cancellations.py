"""Cancelled sessions: each call is one transaction, its events included."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from domain.errors import NotFoundError, SessionOverError
from domain.ports import IdempotencyKey, KeyReusedError
from domain.sessions import Session, SessionStatus
from persistence.catalog.catalog_sql import LOCK_SALES, LOCK_SESSION
from persistence.catalog_rows import session_of
from persistence.money import cancel_sql as sql
from persistence.money import refund_sql
from persistence.postgres.pool import Connection, Pool
from persistence.sales.ledger import LedgerCorruptError
from telemetry import origin, sale_metrics


class PostgresCancellations:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def cancel(
        self, session_id: UUID, reason: str, by: UUID, key: IdempotencyKey | None
    ) -> Session:
        try:
            async with self._pool.acquire() as db, db.transaction():
                session, tickets = await _cancel(db, session_id, reason, by, key)
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name == "pk_idempotency_keys":
                raise KeyReusedError from error
            raise
        except asyncpg.DivisionByZeroError as error:
            raise LedgerCorruptError(session_id) from error
        sale_metrics.REFUNDED_TICKETS.inc(tickets)
        return session


async def _cancel(
    db: Connection, session_id: UUID, reason: str, by: UUID, key: IdempotencyKey | None
) -> tuple[Session, int]:
    """With how many tickets were refunded."""
    locked = await db.fetchrow(LOCK_SESSION, session_id)
    if locked is None:
        raise NotFoundError
    session = session_of(locked)
    if session.status is SessionStatus.CANCELLED:
        return session, 0
    if await db.fetchval(sql.IS_OVER, session_id):
        raise SessionOverError
    rows = await db.fetch(LOCK_SALES, session_id)
    reservations = [row["id"] for row in rows]
    for lock in (refund_sql.LOCK_PAYMENTS, refund_sql.LOCK_SEATS):
        await db.execute(lock, reservations)
    await db.execute(sql.END_HOLDS, reservations, *origin.of_event())
    tickets = await _refund_all(db, reservations, reason, by)
    [row] = await db.fetch(sql.CANCEL, session_id, reason, *origin.of_event())
    if key:
        columns = (key.operation, key.key, key.input_hash)
        await db.execute(refund_sql.INSERT_KEY, by, *columns, session_id)
    return session_of(row), tickets


async def _refund_all(
    db: Connection, reservations: Sequence[UUID], reason: str, by: UUID
) -> int:
    sold = [row["id"] for row in await db.fetch(sql.SOLD, reservations)]
    if not sold:
        return 0
    refunded = await db.fetchrow(
        refund_sql.REFUND, sold, None, reason, by, *origin.of_event()
    )
    if refunded is None or refunded["refunds"] != len(sold):
        raise LedgerCorruptError(sold)
    return int(refunded["tickets"])
