"""Give tickets back: their seats are on sale again at once, the money follows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from domain.attempts import RefundStatus
from domain.errors import (
    InvalidInputError,
    NotFoundError,
    NothingToRefundError,
    RefundTooLateError,
    raise_if_any,
)
from domain.idempotency import REFUND_TICKETS, earlier_result, key_for
from domain.money import Money
from domain.money_errors import TicketTransferredError, TicketUsedError
from domain.people import Workplaces
from domain.ports import (
    IdempotencyKey,
    KeyReusedError,
    Ledger,
    RelayWakeup,
    SeatLocks,
)
from domain.reservation import MAX_SEATS, Reservation
from domain.text import composed, is_line

MAX_REASON_LENGTH: Final = 200
NOBODY_WORKS_THERE: Final = Workplaces()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money of one payment that goes back. The seats of its tickets are free."""

    id: UUID
    payment_id: UUID
    amount: Money
    status: RefundStatus
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """Who wants money back for which tickets. None: for all that are left.

    The customer may ask as long as the cinema allows, and as long as they have the
    tickets; those who manage the cinema at any time.
    """

    reservation_id: UUID
    ticket_ids: tuple[UUID, ...] | None
    reason: str
    requested_by: UUID
    manages: Workplaces = NOBODY_WORKS_THERE


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundDecision:
    """`given_back` is the reservation with the seats that this call has given back.

    None: the tickets were given back before, by this refund.
    """

    refund: Refund
    given_back: Reservation | None


class Refunds(Protocol):
    async def refund(
        self, request: RefundRequest, key: IdempotencyKey | None
    ) -> RefundDecision:
        """One transaction, its events included. The same tickets again: that refund.

        Raises KeyReusedError, NotFoundError, InvalidInputError, RefundTooLateError,
        TicketUsedError, TicketTransferredError or NothingToRefundError: then nothing
        has changed.
        """

    async def by_id(self, ids: Sequence[UUID]) -> dict[UUID, Refund]: ...


class RefundService:
    def __init__(
        self, refunds: Refunds, ledger: Ledger, locks: SeatLocks, wakeup: RelayWakeup
    ) -> None:
        self._refunds = refunds
        self._ledger = ledger
        self._locks = locks
        self._wakeup = wakeup

    async def refund_tickets(
        self, request: RefundRequest, idempotency_key: str | None = None
    ) -> Refund:
        """Of a repeated call the answer is the refund as it is now."""
        wanted = _checked(request)
        ids = sorted(wanted.ticket_ids) if wanted.ticket_ids else None
        key = key_for(
            REFUND_TICKETS, idempotency_key, wanted.reservation_id, ids, wanted.reason
        )
        try:
            decision = await self._refunds.refund(wanted, key)
        except (
            KeyReusedError,
            NotFoundError,
            InvalidInputError,
            RefundTooLateError,
            TicketUsedError,
            TicketTransferredError,
            NothingToRefundError,
        ):
            earlier = await earlier_result(self._ledger, wanted.requested_by, key)
            if earlier is None:
                raise
            return (await self._refunds.by_id([earlier]))[earlier]
        if decision.given_back:
            self._wakeup.notify()
            await self._locks.clear(decision.given_back)
        return decision.refund


def _checked(request: RefundRequest) -> RefundRequest:
    """With a composed reason. Raises InvalidInputError for all wrong fields."""
    reason = composed(request.reason, MAX_REASON_LENGTH)
    wrong = wrong_reason(reason)
    ids = request.ticket_ids
    if ids is not None and not ids:
        wrong.append(InvalidInputError("ticketIds", rule="tickets_missing"))
    elif ids and len(ids) > MAX_SEATS:
        wrong.append(
            InvalidInputError("ticketIds", rule="list_length", longest=MAX_SEATS)
        )
    elif ids and len(set(ids)) != len(ids):
        wrong.append(InvalidInputError("ticketIds", rule="entry_repeated"))
    raise_if_any(wrong)
    return replace(request, reason=reason)


def wrong_reason(reason: str) -> list[InvalidInputError]:
    if is_line(reason, MAX_REASON_LENGTH):
        return []
    return [InvalidInputError("reason", rule="name_length", longest=MAX_REASON_LENGTH)]
