"""GraphQL types of the catalog: movies, rooms and sessions."""

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
        )


@strawberry.type(description="A physical seat of a room.")
class Seat:
    id: strawberry.ID = strawberry.field(
        description="Identifier of the physical seat. `reserveSeats` takes the id"
        " of a SessionSeat instead."
    )
    row: str = strawberry.field(description="Row label, such as C.")
    number: int = strawberry.field(description="Seat number within the row, from 1.")

    @classmethod
    def from_domain(cls, seat: rooms.Seat) -> Self:
        return cls(id=strawberry.ID(str(seat.id)), row=seat.row, number=seat.number)


@strawberry.type(description="A room of the cinema.")
class Room:
    key: strawberry.Private[UUID]
    id: strawberry.ID = strawberry.field(description="Stable identifier.")
    name: str = strawberry.field(description="Display name.")

    @strawberry.field(
        description="Number of seats.", metadata=cost(extra=COUNTING_SEATS)
    )
    async def capacity(self, info: Info) -> int:
        return await info.context.loaders.capacity_of_room(self.key)

    @strawberry.field(
        description="Seats, ordered by row and number.",
        metadata=cost(items=SEATS_IN_A_ROOM),
    )
    async def seats(self, info: Info) -> list[Seat]:
        seats = await info.context.loaders.seats_of_room(self.key)
        info.context.count_seats(len(seats))
        return [Seat.from_domain(seat) for seat in seats]

    @classmethod
    def from_domain(cls, room: rooms.Room) -> Self:
        return cls(key=room.id, id=strawberry.ID(str(room.id)), name=room.name)


@strawberry.type(
    description="One movie, in one room, at one start time. People buy seats"
    " for a session."
)
class Session:
    value: strawberry.Private[sessions.Session]
    id: strawberry.ID = strawberry.field(description="Stable identifier.")
    starts_at: datetime = strawberry.field(
        description="Start time. Seats are for sale until then."
    )
    ends_at: datetime = strawberry.field(
        description="End time: the start time plus the movie's running time."
    )
    price_per_seat: Money = strawberry.field(description="Price of each seat.")

    @strawberry.field(description="The movie that is shown.")
    async def movie(self, info: Info) -> Movie:
        movie = await info.context.loaders.movie(self.value.movie_id)
        return Movie.from_domain(movie)

    @strawberry.field(description="The room in which it is shown.")
    async def room(self, info: Info) -> Room:
        room = await info.context.loaders.room(self.value.room_id)
        return Room.from_domain(room)

    @strawberry.field(
        description="Current state of the seats. Use the subscription to follow"
        " changes.",
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


@strawberry.input(
    description="Filter for sessions. A session has to match all given fields."
)
class SessionFilter:
    movie_id: strawberry.ID | None = strawberry.field(
        default=None, description="Only sessions of this movie."
    )
    room_id: strawberry.ID | None = strawberry.field(
        default=None, description="Only sessions in this room."
    )
    starts_after: datetime | None = strawberry.field(
        default=None, description="Only sessions that start at this time or later."
    )
    starts_before: datetime | None = strawberry.field(
        default=None, description="Only sessions that start before this time."
    )
