"""Ports: what the resolvers use of the services that change the catalog."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.cinemas import Cinema, CinemaFacts
from domain.money import Money
from domain.movies import Movie, MovieFacts
from domain.new_seats import NewSeats
from domain.price_cards import CardFacts
from domain.rescheduling import Reschedule
from domain.rooms import NewRoom, Room, RoomFacts
from domain.seat_changes import SeatChange
from domain.seat_plan import PriceZone
from domain.seats import SessionSeat
from domain.session_changes import SessionFacts
from domain.sessions import OrphanRule, Session
from domain.ticket_prices import TicketType, TicketTypeFacts


class CatalogEditing(Protocol):
    async def create_movie(self, facts: MovieFacts) -> Movie: ...

    async def update_movie(
        self, movie_id: UUID, facts: MovieFacts, expected_version: int | None
    ) -> Movie: ...

    async def archive_movie(self, movie_id: UUID) -> Movie: ...

    async def create_session(
        self,
        movie_id: UUID,
        room_id: UUID,
        starts_at: datetime,
        price: Money | None,
        orphan_rule: OrphanRule,
        *,
        card_id: UUID | None,
        sales_end_at: datetime | None,
    ) -> Session: ...

    async def update_session(
        self, session_id: UUID, facts: SessionFacts, expected_version: int | None
    ) -> Session: ...

    async def remove_session(self, session_id: UUID) -> Session: ...


class VenueEditing(Protocol):
    async def create_cinema(self, facts: CinemaFacts) -> Cinema: ...

    async def update_cinema(
        self, cinema_id: UUID, facts: CinemaFacts, expected_version: int | None
    ) -> Cinema: ...

    async def create_room(self, room: NewRoom) -> Room: ...

    async def update_room(
        self, room_id: UUID, facts: RoomFacts, expected_version: int | None
    ) -> Room: ...

    async def add_seats(self, room_id: UUID, rows: Sequence[NewSeats]) -> Room: ...

    async def update_seats(
        self, room_id: UUID, changes: Sequence[SeatChange], expected_version: int | None
    ) -> Room: ...

    async def save_price_zone(
        self, cinema_id: UUID, zone_id: UUID | None, name: str
    ) -> PriceZone: ...

    async def remove_room(self, room_id: UUID) -> Room: ...


class SeatBlocking(Protocol):
    async def block_seats(
        self, session_id: UUID, seat_ids: Sequence[UUID], reason: str, by: UUID
    ) -> list[SessionSeat]: ...

    async def unblock_seats(
        self, session_id: UUID, seat_ids: Sequence[UUID]
    ) -> list[SessionSeat]: ...


class Cancelling(Protocol):
    async def cancel_session(
        self, session_id: UUID, reason: str, by: UUID, idempotency_key: str | None
    ) -> Session: ...


class Rescheduling(Protocol):
    async def reschedule_session(
        self, wanted: Reschedule, idempotency_key: str | None
    ) -> Session: ...


class PriceEditing(Protocol):
    async def save_ticket_type(
        self, type_id: UUID | None, facts: TicketTypeFacts
    ) -> TicketType: ...

    async def save_card(
        self,
        cinema_id: UUID,
        card_id: UUID | None,
        facts: CardFacts,
        expected_version: int | None,
    ) -> UUID: ...
