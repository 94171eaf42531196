"""Ports: what the resolvers use for reservations and their tickets."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from domain.check_ins import CheckedIn, Scan
from domain.gate_lists import GateList
from domain.ports import Expected
from domain.refunds import Refund, RefundRequest
from domain.reservation import Reservation
from domain.seats import Position
from domain.ticket_types import Types
from domain.tickets import Ticket
from domain.transfers import TicketOffer
from persistence.queries.keyset import Page, Window


class Booking(Protocol):
    async def reserve_seats(
        self,
        session_id: UUID,
        seat_ids: Sequence[UUID],
        customer_id: UUID,
        idempotency_key: str | None,
        *,
        expected: Expected,
        types: Types,
        accept_orphans: bool,
    ) -> Reservation: ...

    async def choose_tickets(
        self, reservation_id: UUID, customer_id: UUID, types: Types
    ) -> Reservation: ...

    async def cancel_reservation(
        self, reservation_id: UUID, customer_id: UUID
    ) -> Reservation: ...


class TicketReader(Protocol):
    async def page(self, holder_id: UUID, window: Window) -> Page[Ticket]: ...

    async def count(self, holder_id: UUID) -> int: ...

    async def by_id(self, ids: Sequence[UUID]) -> Mapping[UUID, Ticket]: ...

    async def by_reservation(
        self, customer_id: UUID, reservation_ids: Sequence[UUID]
    ) -> Mapping[UUID, list[Ticket]]: ...

    async def sold(self, session_id: UUID, since: Position) -> Sequence[Ticket]: ...

    async def by_refund(
        self, refund_ids: Sequence[UUID]
    ) -> Mapping[UUID, list[Ticket]]: ...


class Transferring(Protocol):
    async def offer(self, ticket_id: UUID, holder_id: UUID) -> TicketOffer: ...

    async def accept(self, token: str, account_id: UUID) -> UUID: ...


class GateListReader(Protocol):
    async def of_session(self, session_id: UUID, since: Position) -> GateList: ...


class CheckingIn(Protocol):
    @property
    def opens_before(self) -> timedelta:
        """From so long before the start of a session on."""

    async def check_in(self, scan: Scan) -> CheckedIn: ...


class Refunding(Protocol):
    async def refund_tickets(
        self, request: RefundRequest, idempotency_key: str | None
    ) -> Refund: ...


class RefundReader(Protocol):
    async def by_payment(
        self, payment_ids: Sequence[UUID]
    ) -> Mapping[UUID, list[Refund]]: ...

    async def pending(self, session_ids: Sequence[UUID]) -> Mapping[UUID, int]: ...
