"""Queries for movies."""

from functools import partial
from typing import Annotated

import strawberry

from resolvers.context import Info
from resolvers.faults import bad_user_input
from resolvers.ids import parse_id
from resolvers.paging import connection, window
from schema.catalog import Movie
from schema.pages import DEFAULT_FIRST, After, Before, Connection, First, Last

MAX_SEARCH_LENGTH = 200

MovieId = Annotated[strawberry.ID, strawberry.argument(description="Id of the movie.")]
Search = Annotated[
    str | None,
    strawberry.argument(
        description="Words of the title, or parts of them, in any order: up to"
        f" {MAX_SEARCH_LENGTH} characters. Case, accents, apostrophes and kinds of dash"
        " do not count."
    ),
]


@strawberry.type
class MovieQueries:
    @strawberry.field(description="One movie. Null if it does not exist.")
    async def movie(self, info: Info, id: MovieId) -> Movie | None:
        key = parse_id(id)
        movie = await info.context.loaders.movies.load(key) if key else None
        return Movie.from_domain(movie) if movie else None

    @strawberry.field(
        description="All movies, ordered by title: without case and accents, and"
        " numbers by their value."
    )
    async def movies(
        self,
        info: Info,
        *,
        first: First = DEFAULT_FIRST,
        after: After = None,
        last: Last = None,
        before: Before = None,
        search: Search = None,
    ) -> Connection[Movie]:
        wanted = search_term(search)
        movies = info.context.services.queries.movies
        page = movies.page(window(first, after, last, before), search=wanted)
        return await connection(
            page, Movie.from_domain, partial(movies.count, search=wanted)
        )


def search_term(search: str | None) -> str:
    """Raises FaultError for text that Postgres cannot store: NUL, lone surrogates."""
    wanted = (search or "").strip()
    surrogates = any("\ud800" <= letter <= "\udfff" for letter in wanted)
    if len(wanted) > MAX_SEARCH_LENGTH or surrogates or "\x00" in wanted:
        raise bad_user_input("search_length", limit=MAX_SEARCH_LENGTH)
    return wanted
