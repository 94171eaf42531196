"""GraphQL types of movies and their sessions."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from domain import cinemas, movies, sessions
from domain.time_zones import local_time
from schema.context import Info
from schema.costs import (
    COUNTING_SEATS,
    PRICES_OF_A_CARD,
    READING_SEATS,
    cost,
)
from schema.enums import SessionStatus
from schema.money import Money
from schema.pages import DEFAULT_FIRST, After, Before, Connection, First, Last
from schema.prices import TicketPrice
from schema.seats import Availability, SeatMap
from schema.venues import Cinema, Room


@strawberry.type(description="A movie in the catalog.")
class Movie:
    key: strawberry.Private[UUID]
    id: strawberry.ID = strawberry.field(description="Stable identifier.")
    title: str = strawberry.field(description="Title.")
    synopsis: str = strawberry.field(description="Short description of the plot.")
    duration_minutes: int = strawberry.field(
        description="Running time in minutes, without commercials."
    )
    genres: list[str] = strawberry.field(
        description="Genres as the manager entered them; not translated."
    )
    rating: str | None = strawberry.field(
        description="Age rating as the manager entered it; null if unrated."
    )
    version: int = strawberry.field(
        description="Increases by one with every change of the movie."
    )

    @strawberry.field(
        description="Sessions of this movie: upcoming ones first, the next one at"
        " the top, then those that have started. A session that starts"
        " while you page may appear twice."
    )
    async def sessions(
        self,
        info: Info,
        *,
        first: First = DEFAULT_FIRST,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> "Connection[Session]":
        return await info.context.loaders.sessions_of_movie(
            self.key,
            Session.from_domain,
            first=first,
            after=after,
            last=last,
            before=before,
        )

    @classmethod
    def from_domain(cls, movie: movies.Movie) -> Self:
        return cls(
            key=movie.id,
            id=strawberry.ID(str(movie.id)),
            title=movie.title,
            synopsis=movie.synopsis,
            duration_minutes=movie.duration_minutes,
            genres=list(movie.genres),
            rating=movie.rating,
            version=movie.version,
        )


@strawberry.type(
    description="One movie, in one room, at one start time. People buy seats"
    " for a session."
)
class Session:
    value: strawberry.Private[sessions.Session]
    id: strawberry.ID = strawberry.field(description="Stable identifier.")
    starts_at: datetime = strawberry.field(
        description="Start time. Seats are for sale until `salesEndAt`."
    )
    ends_at: datetime = strawberry.field(
        description="End time: the start time plus the movie's running time."
    )
    price_per_seat: Money = strawberry.field(
        description="What the default type of ticket costs in the default price zone."
    )
    status: SessionStatus = strawberry.field(description="Whether it takes place.")
    version: int = strawberry.field(
        description="Increases by one with every change of the session. Holds and"
        " sales are changes of its seats, which have versions of their own."
    )

    sales_end_at: datetime = strawberry.field(
        description="Seats are for sale until then: the start, unless the cinema sells"
        " after it, or a manager chose another moment."
    )

    @strawberry.field(
        description="For staff of the cinema: refunds of the session that the provider"
        " has not confirmed, or has refused. Null for everybody else.",
    )
    async def refunds_pending(self, info: Info) -> int | None:
        return await info.context.loaders.refunds_pending(self.value)

    @strawberry.field(description="The movie that is shown.")
    async def movie(self, info: Info) -> Movie:
        movie = await info.context.loaders.movie(self.value.movie_id)
        return Movie.from_domain(movie)

    @strawberry.field(description="The room in which it is shown.")
    async def room(self, info: Info) -> Room:
        room = await info.context.loaders.room(self.value.room_id)
        return Room.from_domain(room)

    @strawberry.field(
        description="What each type of ticket costs in each price zone, zone by zone. A"
        " zone and type without a price is not sold.",
        metadata=cost(items=PRICES_OF_A_CARD),
    )
    async def prices(self, info: Info) -> list[TicketPrice]:
        prices = await info.context.loaders.prices_of_session(self.value.id)
        return [TicketPrice.from_domain(price) for price in prices]

    @strawberry.field(description="The cinema of the room.")
    async def cinema(self, info: Info) -> Cinema:
        return Cinema.from_domain(await self._cinema(info))

    @strawberry.field(
        description="Start on the cinema's own clock, to the minute and without an"
        " offset, for people to read: 2026-11-29T20:30."
    )
    async def starts_at_local(self, info: Info) -> str:
        cinema = await self._cinema(info)
        return local_time(self.value.starts_at, cinema.time_zone)

    async def _cinema(self, info: Info) -> cinemas.Cinema:
        room = await info.context.loaders.room(self.value.room_id)
        return await info.context.loaders.cinema(room.cinema_id)

    @strawberry.field(
        description="Current state of the seats. Use the subscription to follow"
        " changes.",
        metadata=cost(extra=READING_SEATS),
    )
    async def seat_map(self, info: Info) -> SeatMap:
        seat_map = await info.context.loaders.seat_map(self.value.id)
        return SeatMap.from_domain(seat_map)

    @strawberry.field(
        description="How many seats are free. Cheap in lists: as last counted, a second"
        " late at most. A seat map is exact.",
        metadata=cost(extra=COUNTING_SEATS),
    )
    async def availability(self, info: Info) -> Availability:
        counted = await info.context.loaders.availability(self.value.id)
        return Availability.from_domain(counted)

    @classmethod
    def from_domain(cls, session: sessions.Session) -> Self:
        return cls(
            value=session,
            id=strawberry.ID(str(session.id)),
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            price_per_seat=Money.from_domain(session.price_per_seat),
            status=SessionStatus(session.status),
            version=session.version,
            sales_end_at=session.sales_end_at,
        )
