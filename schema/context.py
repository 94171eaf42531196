"""What the fields of types need of an operation's context."""

from collections.abc import Callable
from typing import Protocol, TypeVar
from uuid import UUID

from strawberry.types import Info as StrawberryInfo

from domain.movies import Movie
from domain.payment import Payment
from domain.reservation import Reservation
from domain.rooms import Room, Seat
from domain.seats import SeatMap
from domain.sessions import Session
from schema.pages import Connection

Node = TypeVar("Node")


class BatchedReads(Protocol):
    """Called once for each row of a list, they query once for all of them."""

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

    async def capacity_of_room(self, room_id: UUID) -> int: ...

    async def session(self, session_id: UUID) -> Session: ...

    async def seat_map(self, session_id: UUID) -> SeatMap: ...

    async def reservation(self, reservation_id: UUID) -> Reservation: ...

    async def payment_of(self, reservation_id: UUID) -> Payment | None: ...


class FieldContext(Protocol):
    @property
    def loaders(self) -> BatchedReads: ...

    def count_seats(self, number: int) -> None:
        """Call it before resolving a list of seats: a too large answer is refused."""


Info = StrawberryInfo[FieldContext, None]
