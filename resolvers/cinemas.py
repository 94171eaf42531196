"""Queries for cinemas and their clocks."""

from datetime import datetime
from functools import partial
from typing import Annotated

import strawberry

from domain.time_zones import instants_of, parse_local_time
from resolvers.context import Info
from resolvers.faults import bad_user_input, not_found
from resolvers.ids import parse_id
from resolvers.movies import search_term
from resolvers.paging import connection, window
from schema.pages import DEFAULT_FIRST, After, Before, Connection, First, Last
from schema.venues import Cinema

CinemaId = Annotated[
    strawberry.ID, strawberry.argument(description="Id of the cinema.")
]
Search = Annotated[
    str | None,
    strawberry.argument(
        description="Words of the name and the city, or parts of them, as in `movies`."
    ),
]
LocalTime = Annotated[
    str,
    strawberry.argument(
        description="Date and time without an offset, such as 2026-11-29T20:30. Seconds"
        " may follow."
    ),
]


@strawberry.type
class CinemaQueries:
    @strawberry.field(description="One cinema. Null if it does not exist.")
    async def cinema(self, info: Info, id: CinemaId) -> Cinema | None:
        key = parse_id(id)
        cinema = await info.context.loaders.cinemas.load(key) if key else None
        return Cinema.from_domain(cinema) if cinema else None

    @strawberry.field(description="All cinemas, ordered by name as movies are.")
    async def cinemas(
        self,
        info: Info,
        *,
        first: First = DEFAULT_FIRST,
        after: After = None,
        last: Last = None,
        before: Before = None,
        search: Search = None,
    ) -> Connection[Cinema]:
        wanted = search_term(search)
        cinemas = info.context.services.queries.cinemas
        page = cinemas.page(window(first, after, last, before), search=wanted)
        return await connection(
            page, Cinema.from_domain, partial(cinemas.count, search=wanted)
        )

    @strawberry.field(
        description="The moments at which the cinema's clock shows a time: none if a"
        " change of clocks skips it, two if it is repeated, else one."
        " An unknown cinema is the error NOT_FOUND."
    )
    async def instants_of(
        self, info: Info, cinema_id: CinemaId, local: LocalTime
    ) -> list[datetime]:
        key = parse_id(cinema_id)
        cinema = await info.context.loaders.cinemas.load(key) if key else None
        if cinema is None:
            raise not_found()
        at = parse_local_time(local)
        if at is None:
            raise bad_user_input("local_time")
        return instants_of(at, cinema.time_zone)
