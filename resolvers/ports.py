"""Ports: what the resolvers use of services, queries, rate limits and feeds."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.attempts import IfLate
from domain.checkout import Checkout
from domain.cinemas import Cinema
from domain.payment import Payment, PaymentStatus
from domain.people import Role, Workplaces
from domain.reservation import Reservation, ReservationStatus
from domain.seat_plan import PriceZone, Seat
from domain.seats import Position, SeatMap, SeatMapDelta
from domain.sessions import Session
from domain.ticket_prices import TicketPrice
from persistence.key_value.rate_limits import Slowdown
from persistence.queries.availabilities import Availabilities
from persistence.queries.keyset import Page, Window
from persistence.queries.sessions import SessionsWanted
from resolvers.booking_ports import GateListReader, RefundReader, TicketReader
from resolvers.catalog_readers import CinemaReader, MovieReader, RoomReader
from resolvers.price_ports import PriceReader, TicketTypeReader
from resolvers.seating_ports import SeatingReader


class Extending(Protocol):
    async def extend_reservation(
        self, reservation_id: UUID, customer_id: UUID, idempotency_key: str | None
    ) -> Reservation: ...


class PaymentApproval(Protocol):
    async def approve_payment(
        self, payment_id: UUID, customer_id: UUID, idempotency_key: str | None
    ) -> Payment: ...


class CheckoutStart(Protocol):
    async def start_checkout(
        self,
        payment_id: UUID,
        customer_id: UUID,
        return_url: str,
        if_late: IfLate,
        idempotency_key: str | None,
    ) -> Checkout: ...


class SessionReader(Protocol):
    async def page(
        self, window: Window, wanted: SessionsWanted, *, to_come_first: bool
    ) -> Page[Session]: ...

    async def count(self, wanted: SessionsWanted) -> int: ...

    async def by_id(self, ids: Sequence[UUID]) -> Mapping[UUID, Session]: ...

    async def pages_of_movies(
        self, movie_ids: Sequence[UUID], window: Window
    ) -> Mapping[UUID, Page[Session]]: ...

    async def counts_of_movies(
        self, movie_ids: Sequence[UUID]
    ) -> Mapping[UUID, int]: ...


class ReservationReader(Protocol):
    async def page(
        self, customer_id: UUID, window: Window, status: ReservationStatus | None
    ) -> Page[Reservation]: ...

    async def count(
        self, customer_id: UUID, status: ReservationStatus | None
    ) -> int: ...

    async def by_id(
        self, customer_id: UUID, ids: Sequence[UUID]
    ) -> Mapping[UUID, Reservation]: ...


class PaymentReader(Protocol):
    async def page(
        self, customer_id: UUID, window: Window, status: PaymentStatus | None
    ) -> Page[Payment]: ...

    async def count(self, customer_id: UUID, status: PaymentStatus | None) -> int: ...

    async def by_id(
        self, customer_id: UUID, ids: Sequence[UUID]
    ) -> Mapping[UUID, Payment]: ...

    async def by_reservation(
        self, customer_id: UUID, reservation_ids: Sequence[UUID]
    ) -> Mapping[UUID, Payment]: ...


class SeatMapReader(Protocol):
    async def seats_of(
        self, ids: Sequence[UUID]
    ) -> Mapping[UUID, tuple[Seat, PriceZone]]: ...

    async def prices_of(
        self, ids: Sequence[UUID]
    ) -> Mapping[UUID, tuple[TicketPrice, ...]]: ...

    async def whole(self, session_ids: Sequence[UUID]) -> Mapping[UUID, SeatMap]: ...


class StaffReader(Protocol):
    async def workplaces(self, account_id: UUID, role: Role) -> Workplaces: ...

    async def cinemas(
        self, account_ids: Sequence[UUID]
    ) -> Mapping[UUID, list[Cinema]]: ...


class ServerClock(Protocol):
    async def now(self) -> datetime: ...


class Readers(Protocol):
    @property
    def cinemas(self) -> CinemaReader: ...

    @property
    def movies(self) -> MovieReader: ...

    @property
    def rooms(self) -> RoomReader: ...

    @property
    def sessions(self) -> SessionReader: ...

    @property
    def reservations(self) -> ReservationReader: ...

    @property
    def payments(self) -> PaymentReader: ...

    @property
    def seat_maps(self) -> SeatMapReader: ...

    @property
    def availabilities(self) -> Availabilities: ...

    @property
    def staff(self) -> StaffReader: ...

    @property
    def tickets(self) -> TicketReader: ...

    @property
    def gate_lists(self) -> GateListReader: ...

    @property
    def refunds(self) -> RefundReader: ...

    @property
    def prices(self) -> PriceReader: ...

    @property
    def ticket_types(self) -> TicketTypeReader: ...

    @property
    def seatings(self) -> SeatingReader: ...

    @property
    def clock(self) -> ServerClock: ...


class RateLimiter(Protocol):
    """All raise RateLimitedError."""

    async def check(
        self, what: str, address: str | None, account: str | None
    ) -> None: ...

    async def check_attempt(
        self, what: str, address: str | None, account: str | None
    ) -> Slowdown | None: ...

    async def slow_down(self, what: str, slowdown: Slowdown) -> None: ...

    def check_reserving(self, customer_id: UUID) -> None: ...


NextTurn = Callable[[], Awaitable[None]]


class SeatMapFeed(Protocol):
    def watch(
        self, session_id: UUID, after: Position | None, next_turn: NextTurn
    ) -> AsyncGenerator[SeatMap | SeatMapDelta, None]: ...


class ReservationTicks(Protocol):
    def watch(self, reservation_id: UUID) -> AsyncGenerator[None, None]: ...
