"""The part of an operation's context that the schema's types use."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from strawberry.types import Info as StrawberryInfo

from domain.account import Device
from domain.cinemas import Cinema
from domain.movies import Movie
from domain.payment import Payment
from domain.refunds import Refund
from domain.reservation import HoldTerms, Reservation
from domain.rooms import Room
from domain.seat_plan import PriceZone, Seat
from domain.seats import Availability, SeatMap, SessionSeat
from domain.sessions import Session
from domain.ticket_prices import TicketPrice
from domain.tickets import Ticket
from schema.pages import Connection

Node = TypeVar("Node")


class DeviceReader(Protocol):
    async def of_account(self, account_id: UUID) -> list[Device]: ...


class BatchedReads(Protocol):
    """Each call may be one of many rows of a list; one query reads for all of them."""

    async def cinema(self, cinema_id: UUID) -> Cinema: ...

    async def workplaces(self, account_id: UUID) -> list[Cinema]: ...

    async def rooms_of_cinema(self, cinema_id: UUID) -> list[Room]: ...

    async def zone(self, zone_id: UUID) -> PriceZone: ...

    async def prices_of_session(self, session_id: UUID) -> list[TicketPrice]: ...

    async def movie(self, movie_id: UUID) -> Movie: ...

    async def sessions_of_movie(
        self,
        movie_id: UUID,
        node: Callable[[Session], Node],
        *,
        first: int | None,
        after: str | None,
        last: int | None,
        before: str | None,
    ) -> Connection[Node]: ...

    async def room(self, room_id: UUID) -> Room: ...

    async def seats_of_room(self, room_id: UUID) -> list[Seat]: ...

    async def zones_of_seats(
        self, seats: Sequence[Seat]
    ) -> Mapping[UUID, PriceZone]: ...

    async def capacity_of_room(self, room_id: UUID) -> int: ...

    async def session(self, session_id: UUID) -> Session: ...

    async def seat_of(self, session_seat_id: UUID) -> tuple[Seat, PriceZone]: ...

    async def prices_of_seat(self, session_seat_id: UUID) -> Sequence[TicketPrice]: ...

    async def seat_map(self, session_id: UUID) -> SeatMap: ...

    async def availability(self, session_id: UUID) -> Availability: ...

    async def reservation(self, reservation_id: UUID) -> Reservation: ...

    async def orphans_of(self, reservation: Reservation) -> list[SessionSeat]: ...

    async def ticket(self, ticket_id: UUID) -> Ticket: ...

    async def tickets_of(self, reservation_id: UUID) -> list[Ticket]: ...

    async def refunds_pending(self, session: Session) -> int | None: ...

    async def refunds_of(self, payment_id: UUID) -> list[Refund]: ...

    async def tickets_of_refund(self, refund_id: UUID) -> list[Ticket]: ...

    async def payment_of(self, reservation_id: UUID) -> Payment | None: ...


class FieldContext(Protocol):
    @property
    def loaders(self) -> BatchedReads: ...

    @property
    def devices(self) -> DeviceReader: ...

    @property
    def hold_terms(self) -> HoldTerms: ...

    @property
    def payment_provider(self) -> str: ...

    def code_of(self, ticket: Ticket) -> str | None:
        """None for who does not hold the ticket, and for a ticket without a code."""

    def count_seats(self, number: int) -> None:
        """Raises an error if the answer gets too many seats. Call it for each list."""


Info = StrawberryInfo[FieldContext, None]
