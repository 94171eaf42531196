"""The ledger: each method is one Postgres transaction, its events included."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from domain.errors import UnknownCustomerError
from domain.events import PAYMENTS_CONSUMER
from domain.ports import (
    ApproveVerdict,
    Confirmed,
    Hold,
    HoldVerdict,
    IdempotencyKey,
    KeyReusedError,
    KeyUse,
    Trigger,
)
from domain.reservation import (
    CancelVerdict,
    ExtendVerdict,
    HoldTerms,
    Reservation,
    ReservationStatus,
)
from domain.ticket_types import Types
from persistence.codec import (
    payment_from_json,
    reservation_from_json,
)
from persistence.key_value.own_writes import OwnWrites
from persistence.postgres.pool import Pool
from persistence.sales import (
    extension_sql,
    hold_sql,
    payment_sql,
    ticket_hold_sql,
)
from persistence.sales import ledger_sql as sql
from persistence.sales.grouped_calls import columns, grouped_cancel, grouped_hold
from persistence.sales.statement_groups import StatementGroups
from persistence.sales.tickets import choose
from persistence.sales.verdicts import extend_verdict, hold_verdict
from telemetry import origin, sale_metrics


class LedgerCorruptError(Exception):
    """The rows contradict each other; the transaction was rolled back."""


class PostgresLedger:
    """`own_writes` marks who changes something, where there is a replica."""

    def __init__(self, pool: Pool, own_writes: OwnWrites | None = None) -> None:
        self._pool = pool
        self._own_writes = own_writes
        self._holds = StatementGroups(pool, hold_sql.HOLD_GROUP, hold_sql.HOLD)
        self._cancels = StatementGroups(pool, sql.CANCEL_GROUP, sql.CANCEL)

    @asynccontextmanager
    async def _change_by(self, customer_id: UUID) -> AsyncIterator[None]:
        """The mark is set while Postgres works, and is there before the answer.

        Raises KeyReusedError.
        """
        marking = self._own_writes.mark(customer_id) if self._own_writes else None
        try:
            yield
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name == "pk_idempotency_keys":
                raise KeyReusedError from error
            raise
        finally:
            if marking:
                await marking

    async def hold(self, hold: Hold) -> HoldVerdict:
        async with self._hold_by(hold.customer_id):
            if hold.wanted.type_ids:  # two holds of a group could share a quota
                row = await self._hold_tickets(ticket_hold_sql.HOLD_TICKETS, hold)
            else:
                row = await self._holds.decide(grouped_hold(hold, origin.of_event()))
        return hold_verdict(row, is_found=row["found"])

    async def hold_first(
        self, hold: Hold, blocks: Sequence[Sequence[UUID]]
    ) -> HoldVerdict:
        listed = [list(map(str, block)) for block in blocks]
        async with self._hold_by(hold.customer_id):
            if hold.wanted.type_ids:
                statement = ticket_hold_sql.HOLD_FIRST_TICKETS
                row = await self._hold_tickets(statement, hold, listed)
            else:
                [row] = await self._pool.fetch(
                    hold_sql.HOLD_FIRST, [columns(hold, origin.of_event())], listed
                )
        return hold_verdict(row, is_found=row["id"] is not None)

    async def _hold_tickets(
        self, statement: str, hold: Hold, *others: object
    ) -> asyncpg.Record:
        """Again, if a manager has changed the session while the statement waited."""
        asked = [columns(hold, origin.of_event())]
        while True:
            [row] = await self._pool.fetch(statement, asked, *others)
            if not row["stale"]:
                return row

    @asynccontextmanager
    async def _hold_by(self, customer_id: UUID) -> AsyncIterator[None]:
        """Raises KeyReusedError and UnknownCustomerError."""
        try:
            async with self._change_by(customer_id):
                yield
        except asyncpg.ForeignKeyViolationError as error:
            if error.constraint_name == "fk_reservations_customer_id":
                raise UnknownCustomerError from error
            raise

    async def cancel(self, reservation_id: UUID, customer_id: UUID) -> CancelVerdict:
        async with self._change_by(customer_id):
            row = await self._cancels.decide(
                grouped_cancel(reservation_id, customer_id, origin.of_event())
            )
        if row["status"] is None:
            return CancelVerdict(reservation=None, status=None)
        if row["cancelled"]:
            sale_metrics.CANCELS.inc()
        return CancelVerdict(
            reservation=row["cancelled"] and reservation_from_json(row["cancelled"]),
            status=ReservationStatus(row["status"]),
        )

    async def extend(
        self,
        reservation_id: UUID,
        customer_id: UUID,
        terms: HoldTerms,
        key: IdempotencyKey | None,
    ) -> ExtendVerdict:
        try:
            async with self._change_by(customer_id):
                row = await self._pool.fetchrow(
                    extension_sql.EXTEND,
                    reservation_id,
                    customer_id,
                    *_key_columns(key),
                    terms.extension.total_seconds(),
                    terms.max_extensions,
                    *origin.of_event(),
                )
        except asyncpg.DivisionByZeroError as error:
            raise LedgerCorruptError(reservation_id) from error
        return extend_verdict(row)

    async def choose_tickets(
        self, reservation_id: UUID, customer_id: UUID, types: Types
    ) -> Reservation:
        async with (
            self._change_by(customer_id),
            self._pool.acquire() as db,
            db.transaction(),
        ):
            return await choose(db, reservation_id, customer_id, types)

    async def approve(
        self,
        payment_id: UUID,
        customer_id: UUID,
        key: IdempotencyKey | None,
        *,
        free_only: bool = False,
    ) -> ApproveVerdict:
        try:
            async with self._change_by(customer_id):
                row = await self._pool.fetchrow(
                    payment_sql.APPROVE,
                    payment_id,
                    customer_id,
                    *_key_columns(key),
                    *origin.of_event(),
                    free_only,
                )
        except asyncpg.DivisionByZeroError as error:
            raise LedgerCorruptError(payment_id) from error
        if row is None:
            return ApproveVerdict(payment=None)
        payment = payment_from_json(row["payment"])
        if row["confirmed"] is None:
            return ApproveVerdict(payment=payment)
        sale_metrics.SALES.inc()
        return ApproveVerdict(
            payment=payment,
            confirmed=Confirmed(
                reservation=reservation_from_json(row["confirmed"]),
                starts_at=row["starts_at"],
                on_sale_for=row["sales_end_at"] - row["approved_at"],
            ),
        )

    async def update_payments(
        self, event_ids: Collection[UUID], triggers: Sequence[Trigger] = ()
    ) -> None:
        await self._pool.execute(
            payment_sql.UPDATE_PAYMENTS,
            event_ids,
            PAYMENTS_CONSUMER,
            [trigger.event_id for trigger in triggers],
            [trigger.reservation_id for trigger in triggers],
            [trigger.request_id for trigger in triggers],
            [trigger.trace_parent for trigger in triggers],
        )

    async def expire(self, reservation_ids: Sequence[UUID]) -> list[Reservation]:
        rows = await self._pool.fetch(
            sql.EXPIRE_THESE, reservation_ids, *origin.of_event()
        )
        for row in rows:
            sale_metrics.BOUGHT_LATENESS.observe(row["late"])
        return [reservation_from_json(row["data"]) for row in rows]

    async def expire_due(self, limit: int) -> list[Reservation]:
        rows = await self._pool.fetch(sql.EXPIRE_DUE, limit, *origin.of_event())
        for row in rows:
            sale_metrics.SWEPT_LATENESS.observe(row["late"])
        return [reservation_from_json(row["data"]) for row in rows]

    async def seconds_to_next_expiry(self) -> float | None:
        left: float | None = await self._pool.fetchval(sql.NEXT_EXPIRY)
        return left

    async def earlier_use(self, account_id: UUID, key: IdempotencyKey) -> KeyUse | None:
        row = await self._pool.fetchrow(
            sql.EARLIER_USE, account_id, key.operation, key.key
        )
        return KeyUse(**row) if row else None

    async def reservation(self, reservation_id: UUID) -> Reservation:
        data = await self._pool.fetchval(sql.RESERVATION, reservation_id)
        return reservation_from_json(data)


def _key_columns(key: IdempotencyKey | None) -> tuple[str | None, bytes | None]:
    return (key.key, key.input_hash) if key else (None, None)
