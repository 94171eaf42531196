"""Attempts to pay: rows, and the statement that begins one."""

from uuid import UUID

import asyncpg

from domain.attempts import Attempt, AttemptStatus, IfLate, PaymentOutcome
from domain.money import Money
from domain.money_ports import CheckoutWanted, StartVerdict
from domain.payment_provider import Opened
from domain.ports import KeyReusedError
from domain.reservation import Extended
from persistence.codec import payment_from_json, reservation_from_json
from persistence.key_value.own_writes import OwnWrites
from persistence.money import attempt_sql as sql
from persistence.postgres.pool import Pool
from telemetry import origin

ONE_OPEN = "uq_payment_attempts_one_open"
ONE_KEY = "pk_idempotency_keys"


class PostgresAttempts:
    def __init__(self, pool: Pool, own_writes: OwnWrites | None = None) -> None:
        self._pool = pool
        self._own_writes = own_writes

    async def start(self, wanted: CheckoutWanted) -> StartVerdict:
        marking = (
            self._own_writes.mark(wanted.customer_id) if self._own_writes else None
        )
        try:
            row = await self._start(wanted)
        finally:
            if marking:
                await marking
        if row is None:
            return StartVerdict(payment=None)
        return StartVerdict(
            payment=payment_from_json(row["payment"]),
            attempt=attempt_of(row) if row["id"] else None,
            provider=row["provider"],
            extended=_extended(row),
        )

    async def _start(self, wanted: CheckoutWanted) -> asyncpg.Record | None:
        key = wanted.key
        while True:
            try:
                return await self._pool.fetchrow(
                    sql.START,
                    wanted.payment_id,
                    wanted.customer_id,
                    wanted.provider,
                    wanted.return_url,
                    wanted.if_late,
                    wanted.window.total_seconds(),
                    key and key.key,
                    key and key.input_hash,
                    *origin.of_event(),
                )
            except asyncpg.UniqueViolationError as error:
                if error.constraint_name == ONE_KEY:
                    raise KeyReusedError from error
                if error.constraint_name != ONE_OPEN:
                    raise

    async def opened(self, attempt_id: UUID, opened: Opened) -> Attempt:
        row = await self._pool.fetchrow(
            sql.OPENED,
            attempt_id,
            opened.provider_ref,
            opened.url,
            opened.client_secret,
            opened.charge_ref,
        ) or await self._pool.fetchrow(sql.ATTEMPT, attempt_id)
        assert row is not None  # noqa: S101 # attempts are never deleted
        return attempt_of(row)


def attempt_of(row: asyncpg.Record) -> Attempt:
    outcome = row["outcome"]
    return Attempt(
        id=row["id"],
        payment_id=row["payment_id"],
        reservation_id=row["reservation_id"],
        amount=Money(row["amount_minor"], row["currency"]),
        return_url=row["return_url"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        status=AttemptStatus(row["status"]),
        outcome=None if outcome is None else PaymentOutcome(outcome),
        provider_ref=row["provider_ref"],
        charge_ref=row["charge_ref"],
        checkout_url=row["checkout_url"],
        client_secret=row["client_secret"],
        if_late=IfLate(row["if_late"]),
    )


def _extended(row: asyncpg.Record) -> Extended | None:
    if row["extended"] is None:
        return None
    reservation = reservation_from_json(row["extended"])
    return Extended(
        reservation=reservation,
        starts_at=row["starts_at"],
        held_for=reservation.expires_at - row["now"],
        on_sale_for=row["sales_end_at"] - row["now"],
    )
