"""Film sessions, as clients see them."""

from datetime import datetime
from typing import Self

import strawberry

from domain import sessions as domain
from schema.money import Money
from schema.movies import Movie
from schema.nested import Info
from schema.rooms import Room
from schema.seats import SeatMap


@strawberry.type(
    description="One movie, in one room, at one start time: what people buy seats for."
)
class Session:
    value: strawberry.Private[domain.Session]
    id: strawberry.ID = strawberry.field(description="Never changes.")
    starts_at: datetime = strawberry.field(description="From then on it is not sold.")
    ends_at: datetime = strawberry.field(description="When the movie is over.")
    price_per_seat: Money = strawberry.field(description="What each seat costs.")

    @strawberry.field(description="What is shown.")
    async def movie(self, info: Info) -> Movie:
        return await info.context.nested.movie(self.value.movie_id)

    @strawberry.field(description="Where it is shown.")
    async def room(self, info: Info) -> Room:
        return await info.context.nested.room(self.value.room_id)

    @strawberry.field(description="Its seats now; the subscription keeps them so.")
    async def seat_map(self, info: Info) -> SeatMap:
        return await info.context.nested.seat_map(self.value.id)

    @classmethod
    def from_domain(cls, session: domain.Session) -> Self:
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
