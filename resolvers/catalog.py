"""Mutations of movies and sessions, for managers."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from domain.sessions import OrphanRule
from resolvers.context import Info
from resolvers.ids import require_id
from resolvers.permissions import (
    require_manager_of_room,
    require_manager_of_session,
    require_network_manager,
)
from resolvers.prices import new_prices
from schema.catalog import Movie, Session
from schema.catalog_mutations import (
    ArchiveMovieInput,
    ArchiveMovieResult,
    CreateMovieInput,
    CreateMovieResult,
    CreateSessionInput,
    CreateSessionResult,
    RemoveSessionInput,
    RemoveSessionResult,
    UpdateMovieInput,
    UpdateMovieResult,
    UpdateSessionInput,
    UpdateSessionResult,
    movie_facts,
    session_facts,
)

NewMovie = Annotated[
    CreateMovieInput, strawberry.argument(description="The new movie.")
]
ChangedMovie = Annotated[
    UpdateMovieInput, strawberry.argument(description="The movie, with its changes.")
]
ArchivedMovie = Annotated[
    ArchiveMovieInput, strawberry.argument(description="The movie to archive.")
]
NewSession = Annotated[
    CreateSessionInput, strawberry.argument(description="The new session.")
]
ChangedSession = Annotated[
    UpdateSessionInput,
    strawberry.argument(description="The session, with its changes."),
]
RemovedSession = Annotated[
    RemoveSessionInput, strawberry.argument(description="The session to remove.")
]


@strawberry.type
class CatalogMutations:
    @strawberry.mutation(
        description="Create a movie. Managers of the whole network only."
    )
    async def create_movie(self, info: Info, input: NewMovie) -> CreateMovieResult:
        await require_network_manager(info)
        facts = movie_facts(input)
        movie = await info.context.services.catalog.create_movie(facts)
        return Movie.from_domain(movie)

    @strawberry.mutation(
        description="Update a movie. The ends of its sessions follow its running time."
        " Managers of the whole network only."
    )
    async def update_movie(self, info: Info, input: ChangedMovie) -> UpdateMovieResult:
        await require_network_manager(info)
        movie = await info.context.services.catalog.update_movie(
            require_id(input.id), movie_facts(input), input.expected_version
        )
        info.context.clear_loaders()
        return Movie.from_domain(movie)

    @strawberry.mutation(
        description="Archive a movie without sessions to come: `movies` does not list"
        " it any more, and it gets no new sessions. Managers of the whole network"
        " only."
    )
    async def archive_movie(
        self, info: Info, input: ArchivedMovie
    ) -> ArchiveMovieResult:
        await require_network_manager(info)
        movie = await info.context.services.catalog.archive_movie(require_id(input.id))
        info.context.clear_loaders()
        return Movie.from_domain(movie)

    @strawberry.mutation(
        description="Create a session with all seats of the room for sale. Managers"
        " of its cinema only."
    )
    async def create_session(
        self, info: Info, input: NewSession
    ) -> CreateSessionResult:
        room_id = await require_manager_of_room(info, input.room_id)
        price, card = input.price_per_seat, input.price_card_id
        session = await info.context.services.catalog.create_session(
            require_id(input.movie_id),
            room_id,
            input.starts_at,
            price.to_domain() if price else None,
            OrphanRule[input.orphan_rule.name],
            card_id=require_id(card) if card is not None else None,
            sales_end_at=input.sales_end_at,
        )
        info.context.clear_loaders()
        return Session.from_domain(session)

    @strawberry.mutation(
        description="Change the start time or the prices of a session that has not"
        " started. The start can change while no seat is held or sold. The end of sales"
        " can change at any time. Managers of its cinema only."
    )
    async def update_session(
        self, info: Info, input: ChangedSession
    ) -> UpdateSessionResult:
        key = await require_manager_of_session(info, input.id)
        facts = session_facts(input)
        if input.prices is not UNSET:
            facts["prices"] = None if input.prices is None else new_prices(input.prices)
        session = await info.context.services.catalog.update_session(
            key, facts, input.expected_version
        )
        info.context.services.queries.seatings.forget_rules()
        info.context.clear_loaders()
        return Session.from_domain(session)

    @strawberry.mutation(
        description="Remove a session whose seats nobody has ever reserved. Managers"
        " of its cinema only."
    )
    async def remove_session(
        self, info: Info, input: RemovedSession
    ) -> RemoveSessionResult:
        key = await require_manager_of_session(info, input.id)
        session = await info.context.services.catalog.remove_session(key)
        info.context.clear_loaders()
        info.context.loaders.prime_removed(session)
        return Session.from_domain(session)
