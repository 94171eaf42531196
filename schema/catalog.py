"""Movies, rooms and sessions, as clients see them."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from domain import movies, rooms, sessions
from schema.context import Info
from schema.costs import COUNTING_SEATS, READING_SEATS, SEATS_IN_A_ROOM, cost
from schema.money import Money
from schema.pages import DEFAULT_FIRST, After, Before, Connection, First, Last
from schema.seats import SeatMap


@strawberry.type(description="A film that the network shows.")
class Movie:
    key: strawberry.Private[UUID]
    id: strawberry.ID = strawberry.field(description="Never changes.")
    title: str = strawberry.field(description="As it is announced.")
    synopsis: str = strawberry.field(description="What it is about.")
    duration_minutes: int = strawberry.field(description="Without the commercials.")
    genres: list[str] = strawberry.field(
        description="Language tags (BCP 47), genres and rating are shown to people as"
        " they were entered."
    )
    rating: str | None = strawberry.field(description="From which age on, if rated.")

    @strawberry.field(
        description="Its sessions: those to come, the next one first, then those that"
        " have begun. One that begins while you turn pages may come twice."
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
        )


@strawberry.type(description="A physical chair of a room.")
class Seat:
    id: strawberry.ID = strawberry.field(
        description="The chair's own; what reserveSeats takes is a SessionSeat's id."
    )
    row: str = strawberry.field(description="The row's label, such as C.")
    number: int = strawberry.field(description="Its place in the row, from 1.")

    @classmethod
    def from_domain(cls, seat: rooms.Seat) -> Self:
        return cls(id=strawberry.ID(str(seat.id)), row=seat.row, number=seat.number)


@strawberry.type(description="Where movies are shown.")
class Room:
    key: strawberry.Private[UUID]
    id: strawberry.ID = strawberry.field(description="Never changes.")
    name: str = strawberry.field(description="As it says at the door.")

    @strawberry.field(
        description="How many chairs it has.", metadata=cost(extra=COUNTING_SEATS)
    )
    async def capacity(self, info: Info) -> int:
        return await info.context.loaders.capacity_of_room(self.key)

    @strawberry.field(
        description="Its chairs, row by row.", metadata=cost(items=SEATS_IN_A_ROOM)
    )
    async def seats(self, info: Info) -> list[Seat]:
        seats = await info.context.loaders.seats_of_room(self.key)
        info.context.count_seats(len(seats))
        return [Seat.from_domain(seat) for seat in seats]

    @classmethod
    def from_domain(cls, room: rooms.Room) -> Self:
        return cls(key=room.id, id=strawberry.ID(str(room.id)), name=room.name)


@strawberry.type(
    description="One movie, in one room, at one start time: what people buy seats for."
)
class Session:
    value: strawberry.Private[sessions.Session]
    id: strawberry.ID = strawberry.field(description="Never changes.")
    starts_at: datetime = strawberry.field(description="From then on it is not sold.")
    ends_at: datetime = strawberry.field(description="When the movie is over.")
    price_per_seat: Money = strawberry.field(description="What each seat costs.")

    @strawberry.field(description="What is shown.")
    async def movie(self, info: Info) -> Movie:
        movie = await info.context.loaders.movie(self.value.movie_id)
        return Movie.from_domain(movie)

    @strawberry.field(description="Where it is shown.")
    async def room(self, info: Info) -> Room:
        room = await info.context.loaders.room(self.value.room_id)
        return Room.from_domain(room)

    @strawberry.field(
        description="Its seats now; the subscription keeps them so.",
        metadata=cost(extra=READING_SEATS),
    )
    async def seat_map(self, info: Info) -> SeatMap:
        seat_map = await info.context.loaders.seat_map(self.value.id)
        return SeatMap.from_domain(seat_map)

    @classmethod
    def from_domain(cls, session: sessions.Session) -> Self:
        return cls(
            value=session,
            id=strawberry.ID(str(session.id)),
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            price_per_seat=Money.from_domain(session.price_per_seat),
        )


@strawberry.input(description="Which sessions: those that fit all that is given.")
class SessionFilter:
    movie_id: strawberry.ID | None = strawberry.field(
        default=None, description="Of this movie."
    )
    room_id: strawberry.ID | None = strawberry.field(
        default=None, description="In this room."
    )
    starts_after: datetime | None = strawberry.field(
        default=None, description="Starting then or later."
    )
    starts_before: datetime | None = strawberry.field(
        default=None, description="Starting earlier than that."
    )
