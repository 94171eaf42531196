"""What fields within fields ask for; the resolvers answer."""

from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from strawberry.types import Info as StrawberryInfo

if TYPE_CHECKING:
    from schema.movies import Movie
    from schema.pages import Connection
    from schema.payments import Payment
    from schema.reservations import Reservation
    from schema.rooms import Room, Seat
    from schema.seats import SeatMap
    from schema.sessions import Session


class Nested(Protocol):
    """All of them batch: asked once for each row of a list, they query once."""

    async def movie(self, movie_id: UUID) -> "Movie": ...

    async def sessions_of_movie(
        self,
        movie_id: UUID,
        first: int | None,
        after: str | None,
        last: int | None,
        before: str | None,
    ) -> "Connection[Session]": ...

    async def room(self, room_id: UUID) -> "Room": ...

    async def seats_of_room(self, room_id: UUID) -> "list[Seat]": ...

    async def capacity_of_room(self, room_id: UUID) -> int: ...

    async def session(self, session_id: UUID) -> "Session": ...

    async def seat_map(self, session_id: UUID) -> "SeatMap": ...

    async def reservation(self, reservation_id: UUID) -> "Reservation": ...

    async def payment_of(self, reservation_id: UUID) -> "Payment | None": ...


class CanNest(Protocol):
    """The context, as far as types have to know it."""

    @property
    def nested(self) -> Nested: ...

    def count_seats(self, number: int) -> None:
        """Before they are told, which may be refused."""


Info = StrawberryInfo[CanNest, None]
