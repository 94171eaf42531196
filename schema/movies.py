"""Movies, as clients see them."""

from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

import strawberry

from domain import movies as domain
from schema.nested import Info
from schema.pages import DEFAULT_FIRST, After, Before, Connection, First, Last

if TYPE_CHECKING:
    from schema.sessions import Session


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
    ) -> Connection[Annotated["Session", strawberry.lazy("schema.sessions")]]:
        return await info.context.nested.sessions_of_movie(
            self.key, first, after, last, before
        )

    @classmethod
    def from_domain(cls, movie: domain.Movie) -> Self:
        return cls(
            key=movie.id,
            id=strawberry.ID(str(movie.id)),
            title=movie.title,
            synopsis=movie.synopsis,
            duration_minutes=movie.duration_minutes,
            genres=list(movie.genres),
            rating=movie.rating,
        )
