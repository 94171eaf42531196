"""Mutations of the catalog, for managers."""

from typing import Annotated

import strawberry

from resolvers.context import Info
from resolvers.ids import require_id
from resolvers.permissions import require_manager
from schema.catalog import Movie, Session
from schema.catalog_mutations import (
    AddSeatsInput,
    AddSeatsResult,
    CreateMovieInput,
    CreateMovieResult,
    CreateRoomInput,
    CreateRoomResult,
    CreateSessionInput,
    CreateSessionResult,
    UpdateMovieInput,
    UpdateMovieResult,
    UpdateSessionInput,
    UpdateSessionResult,
    movie_facts,
    session_facts,
)
from schema.venues import Room

NewMovie = Annotated[
    CreateMovieInput, strawberry.argument(description="The new movie.")
]
ChangedMovie = Annotated[
    UpdateMovieInput, strawberry.argument(description="The movie, with its changes.")
]
NewRoom = Annotated[CreateRoomInput, strawberry.argument(description="The new room.")]
MoreSeats = Annotated[
    AddSeatsInput, strawberry.argument(description="The room, with its new seats.")
]
NewSession = Annotated[
    CreateSessionInput, strawberry.argument(description="The new session.")
]
ChangedSession = Annotated[
    UpdateSessionInput,
    strawberry.argument(description="The session, with its changes."),
]


@strawberry.type
class CatalogMutations:
    @strawberry.mutation(description="Create a movie. Managers only.")
    async def create_movie(self, info: Info, input: NewMovie) -> CreateMovieResult:
        require_manager(info)
        facts = movie_facts(input)
        movie = await info.context.services.catalog.create_movie(facts)
        return Movie.from_domain(movie)

    @strawberry.mutation(
        description="Update a movie. The ends of its sessions follow its running time."
        " Managers only."
    )
    async def update_movie(self, info: Info, input: ChangedMovie) -> UpdateMovieResult:
        require_manager(info)
        movie = await info.context.services.catalog.update_movie(
            require_id(input.id), movie_facts(input)
        )
        info.context.clear_loaders()
        return Movie.from_domain(movie)

    @strawberry.mutation(description="Create a room with its seats. Managers only.")
    async def create_room(self, info: Info, input: NewRoom) -> CreateRoomResult:
        require_manager(info)
        room = await info.context.services.catalog.create_room(
            input.name, [row.to_domain() for row in input.rows]
        )
        return Room.from_domain(room)

    @strawberry.mutation(
        description="Add seats to a room. They go on sale at once in each session"
        " of the room that has not started. Managers only."
    )
    async def add_seats(self, info: Info, input: MoreSeats) -> AddSeatsResult:
        require_manager(info)
        room = await info.context.services.catalog.add_seats(
            require_id(input.room_id), [row.to_domain() for row in input.rows]
        )
        info.context.clear_loaders()
        return Room.from_domain(room)

    @strawberry.mutation(
        description="Create a session with all seats of the room for sale. Managers"
        " only."
    )
    async def create_session(
        self, info: Info, input: NewSession
    ) -> CreateSessionResult:
        require_manager(info)
        session = await info.context.services.catalog.create_session(
            require_id(input.movie_id),
            require_id(input.room_id),
            input.starts_at,
            input.price_per_seat.to_domain(),
        )
        info.context.clear_loaders()
        return Session.from_domain(session)

    @strawberry.mutation(
        description="Change the start time or the price of a session that has not"
        " started, while no seat is held or sold. Managers only."
    )
    async def update_session(
        self, info: Info, input: ChangedSession
    ) -> UpdateSessionResult:
        require_manager(info)
        session = await info.context.services.catalog.update_session(
            require_id(input.id), session_facts(input)
        )
        info.context.clear_loaders()
        return Session.from_domain(session)
