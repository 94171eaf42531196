"""Long lists, a page at a time."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Generic, TypeVar

import strawberry

Node = TypeVar("Node")

DEFAULT_FIRST = 20
MAX_FIRST = 100

First = Annotated[
    int | None,
    strawberry.argument(description=f"How many at most, from 1 to {MAX_FIRST}."),
]
Last = Annotated[
    int | None,
    strawberry.argument(
        description=f"How many at most from the end, from 1 to {MAX_FIRST}, instead of"
        " `first`."
    ),
]
After = Annotated[
    str | None,
    strawberry.argument(
        description="The cursor of the last one that you have; those behind it follow."
    ),
]
Before = Annotated[
    str | None,
    strawberry.argument(
        description="The cursor of the first one that you have; those in front of it"
        " are meant."
    ),
]


@strawberry.type(description="What lies around a page.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="More of them follow.")
    has_previous_page: bool = strawberry.field(description="There are some before.")
    start_cursor: str | None = strawberry.field(
        description="The first one's cursor, the `before` of the page in front of it;"
        " null on an empty page."
    )
    end_cursor: str | None = strawberry.field(
        description="The last one's cursor, the next page's `after`."
    )


@strawberry.type(description="One of a list, and its place in it.")
class Edge(Generic[Node]):
    node: Node = strawberry.field(description="What is listed.")
    cursor: str = strawberry.field(
        description="Its place in the list, opaque: only good for `after` and `before`."
    )


@strawberry.type(description="A page of a list.")
class Connection(Generic[Node]):
    edges: list[Edge[Node]] = strawberry.field(description="In the list's order.")
    page_info: PageInfo = strawberry.field(description="What lies around this page.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="How many there are on all pages together.")
    async def total_count(self) -> int:
        """Counts only when asked to: it reads the whole list."""
        return await self.count()
