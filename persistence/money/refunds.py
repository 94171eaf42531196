"""Refunds: each is one transaction, its events included."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from domain.attempts import RefundStatus
from domain.errors import (
    InvalidInputError,
    NotFoundError,
    NothingToRefundError,
    RefundTooLateError,
    raise_if_any,
)
from domain.money import Money
from domain.money_errors import TicketTransferredError, TicketUsedError
from domain.ports import IdempotencyKey, KeyReusedError
from domain.refunds import Refund, RefundDecision, RefundRequest
from domain.reservation import Reservation, ReservationStatus
from persistence.catalog_rows import CatalogRow
from persistence.codec import reservation_from_json
from persistence.key_value.own_writes import OwnWrites
from persistence.money import refund_sql as sql
from persistence.postgres.pool import Connection, Pool
from persistence.sales.ledger import LedgerCorruptError
from telemetry import origin, sale_metrics


class PostgresRefunds:
    """`own_writes` marks whose lists change, where there is a replica."""

    def __init__(self, pool: Pool, own_writes: OwnWrites | None = None) -> None:
        self._pool = pool
        self._own_writes = own_writes

    async def refund(
        self, request: RefundRequest, key: IdempotencyKey | None
    ) -> RefundDecision:
        try:
            async with self._pool.acquire() as db, db.transaction():
                decision = await _refund(db, request, key)
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name == "pk_idempotency_keys":
                raise KeyReusedError from error
            raise
        except asyncpg.DivisionByZeroError as error:
            raise LedgerCorruptError(request.reservation_id) from error
        if decision.given_back and self._own_writes:
            await self._own_writes.mark(decision.given_back.customer_id)
        return decision

    async def repeat(self, refund_id: UUID) -> UUID | None:
        """Send one again that the provider has refused, as another one.

        None: there is no such refund, or it was sent again before.
        """
        again: UUID | None = await self._pool.fetchval(sql.REPEAT, refund_id)
        return again

    async def by_id(self, ids: Sequence[UUID]) -> dict[UUID, Refund]:
        return {
            row["id"]: refund_of(row) for row in await self._pool.fetch(sql.BY_ID, ids)
        }


async def _refund(
    db: Connection, request: RefundRequest, key: IdempotencyKey | None
) -> RefundDecision:
    await _policy(db, request)  # strangers lock nothing
    await db.execute(sql.LOCK_SESSION, request.reservation_id)
    [sale] = await db.fetch(sql.LOCK_SALE, request.reservation_id)
    for lock in (sql.LOCK_PAYMENTS, sql.LOCK_SEATS):
        await db.execute(lock, [request.reservation_id])
    policy, manages = await _policy(db, request)
    if sale["status"] != ReservationStatus.CONFIRMED:
        raise NothingToRefundError
    tickets = await db.fetch(sql.TICKETS, request.reservation_id)
    refund_id = _earlier_refund(tickets, request.ticket_ids)
    given_back = None
    if refund_id is None:
        if policy["is_late"] and not manages:
            raise RefundTooLateError(policy["until"])
        if not manages:
            _check_they_have(tickets, request.ticket_ids)
        refund_id, given_back = await _give_back(db, request)
    if key:
        by = request.requested_by
        columns = (key.operation, key.key, key.input_hash)
        await db.execute(sql.INSERT_KEY, by, *columns, refund_id)
    [row] = await db.fetch(sql.BY_ID, [refund_id])
    return RefundDecision(refund=refund_of(row), given_back=given_back)


async def _policy(
    db: Connection, request: RefundRequest
) -> tuple[asyncpg.Record, bool]:
    """And whether they ask as managers. Raises NotFoundError if they may not ask."""
    policy = await db.fetchrow(sql.POLICY, request.reservation_id)
    if policy is None:
        raise NotFoundError
    manages = request.manages.include(policy["cinema_id"])
    if not manages and policy["customer_id"] != request.requested_by:
        raise NotFoundError
    return policy, manages


def _earlier_refund(
    tickets: Sequence[asyncpg.Record], wanted: Sequence[UUID] | None
) -> UUID | None:
    """The refund that gave all the wanted tickets back; None if all are still there.

    Tickets of seats that were replaced by others do not count. Raises NotFoundError,
    InvalidInputError or NothingToRefundError.
    """
    refunds = {
        row["id"]: row["refund_id"]
        for row in tickets
        if row["is_open"] or row["refund_id"]
    }
    if wanted is None:
        if None in refunds.values():
            return None
        if len({*refunds.values()}) > 1:
            raise NothingToRefundError
        wanted = [*refunds]
    if not refunds.keys() >= {*wanted}:
        raise NotFoundError
    earlier: set[UUID | None] = {refunds[ticket_id] for ticket_id in wanted}
    if len(earlier) > 1:
        raise_if_any(
            [
                InvalidInputError("ticketIds", str(place), rule="ticket_refunded")
                for place, ticket_id in enumerate(wanted)
                if refunds[ticket_id]
            ]
        )
    return earlier.pop()


def _check_they_have(
    tickets: Sequence[asyncpg.Record], wanted: Sequence[UUID] | None
) -> None:
    """Raises TicketUsedError or TicketTransferredError."""
    for row in tickets:
        if row["is_open"] and (wanted is None or row["id"] in wanted):
            if row["is_used"]:
                raise TicketUsedError
            if row["is_transferred"]:
                raise TicketTransferredError


async def _give_back(
    db: Connection, request: RefundRequest
) -> tuple[UUID, Reservation]:
    [row] = await db.fetch(
        sql.REFUND,
        [request.reservation_id],
        request.ticket_ids,
        request.reason,
        request.requested_by,
        *origin.of_event(),
    )
    sale_metrics.REFUNDED_TICKETS.inc(row["tickets"])
    return row["refund_id"], reservation_from_json(row["given_back"])


def refund_of(row: CatalogRow) -> Refund:
    return Refund(
        id=row["id"],
        payment_id=row["payment_id"],
        amount=Money(row["amount_minor"], row["currency"]),
        status=RefundStatus(row["status"]),
        reason=row["reason"],
        created_at=row["created_at"],
    )
