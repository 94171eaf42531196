"""Gives attempts their outcomes: a sale, or the money back."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from domain.attempts import Attempt, Flag, IfLate, PaymentOutcome
from domain.money import Money
from domain.money_ports import DueAttempt, Sale, SaleVerdict
from domain.payment import PaymentStatus
from domain.payment_provider import ProviderState
from domain.ports import Confirmed
from domain.reservation import ReservationStatus
from domain.seats import SeatStatus
from persistence.codec import reservation_from_json
from persistence.money import settlement_sql as sql
from persistence.money.attempts import attempt_of
from persistence.money.known_rows import known_rows
from persistence.money.look_sql import LOOK_AGAIN
from persistence.postgres.pool import Connection, Pool
from persistence.sales.ticket_sql import CHANGE_QUOTA, LOCK_QUOTAS
from telemetry import origin, sale_metrics

Seats = Mapping[UUID, UUID]


class PostgresSettlements:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def due(self, provider: str, limit: int) -> list[DueAttempt]:
        rows = await self._pool.fetch(sql.DUE, provider, limit)
        return [*known_rows(rows, _due_attempt)]

    async def seconds_to_next(self, provider: str) -> float | None:
        left: float | None = await self._pool.fetchval(sql.NEXT_DUE, provider)
        return left

    async def sell(
        self,
        due: DueAttempt,
        state: ProviderState,
        seats: Seats | None,
        seats_per_customer: int,
    ) -> SaleVerdict:
        async with self._pool.acquire() as db, db.transaction():
            verdict = await _Selling(db, due, state, seats).run(seats_per_customer)
        if verdict.sale is Sale.SOLD:
            sale_metrics.SALES.inc()
        return verdict

    async def give_up(
        self, due: DueAttempt, state: ProviderState, flag: Flag | None
    ) -> bool:
        settled: int = await self._pool.fetchval(
            sql.GIVE_UP,
            due.attempt.id,
            state.status,
            state.captured_minor,
            _currency(due, state),
            state.charge_ref,
            flag,
            *origin.of_event(),
        )
        return bool(settled)

    async def look_again(
        self, due: DueAttempt, state: ProviderState | None, pause: timedelta | None
    ) -> None:
        await self._pool.execute(
            LOOK_AGAIN,
            due.attempt.id,
            state and state.status,
            state.captured_minor if state else 0,
            _currency(due, state),
            state and state.charge_ref,
            due.lease,
            None if pause is None else pause.total_seconds(),
        )


def _due_attempt(row: asyncpg.Record) -> DueAttempt:
    return DueAttempt(
        attempt=attempt_of(row),
        lease=row["due_at"],
        tries=row["tries"],
        is_over=row["is_over"],
    )


class _NoSaleError(Exception):
    def __init__(self, sale: Sale, overdue: Iterable[UUID] = ()) -> None:
        super().__init__(sale)
        self.sale = sale
        self.overdue = tuple(overdue)


class _Selling:
    """One transaction. It locks what decides, looks, and changes all of it at once."""

    def __init__(
        self,
        db: Connection,
        due: DueAttempt,
        state: ProviderState,
        seats: Seats | None,
    ) -> None:
        self._db = db
        self._attempt = due.attempt
        self._state = state
        self._seats = seats

    async def run(self, seats_per_customer: int) -> SaleVerdict:
        reservation_id = self._attempt.reservation_id
        turn = await self._fetch(sql.TAKE_TURN, reservation_id)
        session = await self._fetch(sql.LOCK_SESSION, turn["session_id"])
        money = await self._fetch(sql.LOCK_MONEY, self._attempt.id)
        claims = await self._db.fetch(sql.CLAIMS, reservation_id)
        verdict = SaleVerdict(
            sale=Sale.SOLD,
            session_id=turn["session_id"],
            own_seats=tuple(claim["session_seat_id"] for claim in claims),
        )
        try:
            is_late = self._is_late(session, money, claims[0]["now"])
            if is_late:
                await self._check_seats(verdict)
                await self._check_customer(turn, len(claims), seats_per_customer)
                await self._count_in_quotas(verdict.session_id, claims)
        except _NoSaleError as why:
            return replace(verdict, sale=why.sale, overdue=why.overdue)
        return await self._sold(verdict, is_late=is_late)

    def _is_late(
        self, session: asyncpg.Record, money: asyncpg.Record, now: datetime
    ) -> bool:
        """Raises _NoSaleError."""
        if money["outcome"] is not None:
            raise _NoSaleError(Sale.SETTLED)
        status = ReservationStatus(money["reservation"])
        is_pending = status is ReservationStatus.PENDING
        if is_pending and money["expires_at"] <= now:
            raise _NoSaleError(Sale.OVERDUE, [self._attempt.reservation_id])
        if not _is_payable(self._attempt, money) or not (
            is_pending
            or (
                status is ReservationStatus.EXPIRED
                and self._attempt.if_late is not IfLate.REFUND
                and session["cancelled_at"] is None
                and min(session["starts_at"], session["sales_end_at"]) > now
            )
        ):
            raise _NoSaleError(Sale.REFUSED)
        return not is_pending

    async def _check_seats(self, verdict: SaleVerdict) -> None:
        """Lock them. Raises _NoSaleError."""
        wanted = [
            self._seats[seat] if self._seats else seat for seat in verdict.own_seats
        ]
        rows = await self._db.fetch(sql.LOCK_SEATS, wanted, verdict.session_id)
        taken = [row for row in rows if row["status"] != SeatStatus.AVAILABLE]
        overdue = {row["reservation_id"] for row in taken if row["overdue"]}
        if overdue:
            raise _NoSaleError(Sale.OVERDUE, sorted(overdue))
        if taken or len(rows) != len(wanted):
            raise _NoSaleError(Sale.TAKEN)

    async def _check_customer(
        self, turn: asyncpg.Record, seats: int, seats_per_customer: int
    ) -> None:
        """Raises _NoSaleError."""
        owned = await self._db.fetchval(
            sql.OWNED, turn["session_id"], turn["customer_id"]
        )
        if owned + seats > seats_per_customer:
            raise _NoSaleError(Sale.REFUSED)

    async def _count_in_quotas(
        self, session_id: UUID, claims: Sequence[asyncpg.Record]
    ) -> None:
        """Raises _NoSaleError if one has not so many tickets left."""
        tickets = Counter(claim["ticket_type_id"] for claim in claims)
        quotas = await self._db.fetch(
            LOCK_QUOTAS, session_id, [each for each in tickets if each]
        )
        if any(tickets[q["ticket_type_id"]] > q["seats_left"] for q in quotas):
            raise _NoSaleError(Sale.REFUSED)
        for quota in quotas:
            type_id = quota["ticket_type_id"]
            await self._db.execute(CHANGE_QUOTA, session_id, type_id, tickets[type_id])

    async def _sold(self, verdict: SaleVerdict, *, is_late: bool) -> SaleVerdict:
        own = verdict.own_seats
        outcome = PaymentOutcome.RESEATED if self._seats else PaymentOutcome.SOLD
        row = await self._fetch(
            sql.SELL,
            self._attempt.id,
            self._attempt.reservation_id,
            own,
            [self._seats[seat] for seat in own] if self._seats else own,
            is_late,
            outcome,
            self._state.status,
            self._state.captured_minor,
            self._state.charge_ref,
            *origin.of_event(),
        )
        confirmed = Confirmed(
            reservation=reservation_from_json(row["confirmed"]),
            starts_at=row["starts_at"],
            on_sale_for=row["on_sale_for"],
        )
        return replace(verdict, confirmed=confirmed)

    async def _fetch(self, statement: str, *args: object) -> asyncpg.Record:
        row = await self._db.fetchrow(statement, *args)
        assert row is not None  # noqa: S101 # keys lead to it, or `whole` has failed
        return row


def _is_payable(attempt: Attempt, money: asyncpg.Record) -> bool:
    """The payment is open, or closed only by the end of the hold, and as it was."""
    return money["payment"] in {PaymentStatus.PENDING, PaymentStatus.EXPIRED} and (
        attempt.amount == Money(money["amount_minor"], money["currency"])
    )


def _currency(due: DueAttempt, state: ProviderState | None) -> str:
    money = state.amount if state and state.amount else due.attempt.amount
    return money.currency
