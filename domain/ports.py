"""Ports: what the services need from persistence, Redis and realtime."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.money import Money
from domain.payment import Payment
from domain.reservation import (
    SEATS_PER_CUSTOMER,
    CancelVerdict,
    Extended,
    ExtendVerdict,
    HoldTerms,
    Reservation,
)
from domain.seats import SessionSeat
from domain.sessions import Session
from domain.ticket_types import Types


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's key for one operation; `input_hash` is of the operation's input."""

    operation: str
    key: str
    input_hash: bytes


@dataclass(frozen=True, slots=True)
class KeyUse:
    """What an account used a key for."""

    input_hash: bytes
    result_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the customer was shown. Anything else is refused. None: not checked."""

    starts_at: datetime | None = None
    total: Money | None = None

    def given(self) -> Iterator[object]:
        """The expected values with their names, for the hash of an input."""
        for name in ("starts_at", "total"):
            if (value := getattr(self, name)) is not None:
                yield f"{name}={value}"


NOTHING_EXPECTED = Expected()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a call wants to hold: all of these seats, whose ids are sorted.

    Calls that want the same get the same answer at one moment, from any customer.
    """

    session_id: UUID
    seat_ids: tuple[UUID, ...]
    type_ids: tuple[UUID | None, ...] = ()  # of each seat; None: the default type
    expected: Expected = NOTHING_EXPECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A request to hold what is wanted, for one customer."""

    reservation_id: UUID
    customer_id: UUID
    wanted: Wanted
    period: timedelta
    key: IdempotencyKey | None = None
    seats_per_customer: int = SEATS_PER_CUSTOMER  # of this session, with these


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldVerdict:
    """What Postgres decided: `reservation`, or why nothing was changed."""

    reservation: Reservation | None
    session: Session | None  # also None if one of the seats is not in it
    closed: bool
    total: Money | None = None  # of the seats; None if the type of one is not sold
    exhausted: bool = False  # the quota of a type
    taken: tuple[SessionSeat, ...] = ()
    over_limit: bool = False  # the customer would have too many seats
    # Overdue reservations that have the seats still, or that count for the limit.
    expired: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A reservation that was sold `on_sale_for` before the sales of its session end."""

    reservation: Reservation
    starts_at: datetime
    on_sale_for: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveVerdict:
    """`payment` as of now; None if the customer has no such payment.

    `confirmed` is the reservation that this call has sold.
    """

    payment: Payment | None
    confirmed: Confirmed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """An event that opens or closes a payment, and the request that caused it."""

    event_id: UUID
    reservation_id: UUID
    request_id: str | None
    trace_parent: str | None


class KeyReusedError(Exception):
    """The idempotency key was used before; nothing was changed."""


class Ledger(Protocol):
    """Decides who has a seat. Each call is one transaction, its events included."""

    async def hold(self, hold: Hold) -> HoldVerdict:
        """Hold all seats or none. Raises KeyReusedError."""

    async def hold_first(
        self, hold: Hold, blocks: Sequence[Sequence[UUID]]
    ) -> HoldVerdict:
        """Hold the first of the blocks that is free and not locked.

        The blocks have the same number of seats. `hold.wanted` has none, and its types
        are for the seats of any block. `expired` of the verdict are overdue
        reservations with seats of any block. Raises KeyReusedError.
        """

    async def cancel(
        self, reservation_id: UUID, customer_id: UUID
    ) -> CancelVerdict: ...

    async def extend(
        self,
        reservation_id: UUID,
        customer_id: UUID,
        terms: HoldTerms,
        key: IdempotencyKey | None,
    ) -> ExtendVerdict:
        """Hold its seats for longer, or change nothing. Raises KeyReusedError."""

    async def choose_tickets(
        self, reservation_id: UUID, customer_id: UUID, types: Types
    ) -> Reservation:
        """With total and payment. Raises a DomainError: then nothing has changed."""

    async def approve(
        self,
        payment_id: UUID,
        customer_id: UUID,
        key: IdempotencyKey | None,
        *,
        free_only: bool,
    ) -> ApproveVerdict:
        """Approve it and sell its seats, or change nothing. Raises KeyReusedError."""

    async def update_payments(
        self, event_ids: Collection[UUID], triggers: Sequence[Trigger] = ()
    ) -> None:
        """Open the payments of new reservations and close those of ended ones.

        Confirms the events in the same transaction; events that were confirmed before
        change nothing. The reservation is taken as it is now: an event may be late.
        """

    async def expire(self, reservation_ids: Sequence[UUID]) -> list[Reservation]:
        """End those that are overdue; waits for locks on them."""

    async def expire_due(self, limit: int) -> list[Reservation]:
        """End overdue reservations; skips those that another call has locked."""

    async def seconds_to_next_expiry(self) -> float | None:
        """Negative when one is overdue; None when nothing is held."""

    async def earlier_use(self, account_id: UUID, key: IdempotencyKey) -> KeyUse | None:
        """What the account changed with this key, whatever the input was."""

    async def reservation(self, reservation_id: UUID) -> Reservation: ...


class SeatLock(Protocol):
    def mark_held(self, held: Reservation, starts_at: datetime, end: datetime) -> None:
        """Replace the lock by a marker that ends before the hold and `end`."""


class SeatLocks(Protocol):
    """Keeps crowds out of Postgres. Saves load; decides nothing."""

    def guard(self, wanted: Wanted) -> AbstractAsyncContextManager[SeatLock]:
        """Serialise writers of these seats, if the lock nodes can be reached.

        Raises SeatsUnavailableError if we know that Postgres would raise it: see
        `taken_seats`. Otherwise the caller asks Postgres; without a majority of lock
        nodes, out of patience, or if only some of the seats are known, unlocked.
        """

    async def clear(self, reservation: Reservation) -> None:
        """Remove its markers: the seats are free again."""

    async def mark_extended(self, extended: Extended) -> None:
        """Replace its markers, where it still has some, by those of the new end."""

    async def mark_sold(
        self, reservation: Reservation, starts_at: datetime, on_sale_for: timedelta
    ) -> None:
        """Writes markers that end before the sales do, `on_sale_for` from now."""


class RelayWakeup(Protocol):
    def notify(self) -> None:
        """The outbox has new events. A hint only: the relay polls as well."""
