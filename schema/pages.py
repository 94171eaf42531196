"""Pages of long lists, after Relay's connections."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Generic, TypeVar

import strawberry

Node = TypeVar("Node")

DEFAULT_FIRST = 20
MAX_FIRST = 100

First = Annotated[
    int | None,
    strawberry.argument(
        description=f"Page size, from 1 to {MAX_FIRST}, counted from the start."
    ),
]
Last = Annotated[
    int | None,
    strawberry.argument(
        description=f"Page size, from 1 to {MAX_FIRST}, counted from the end. Use it"
        " instead of `first`."
    ),
]
After = Annotated[
    str | None,
    strawberry.argument(description="Cursor: return the items after it."),
]
Before = Annotated[
    str | None,
    strawberry.argument(description="Cursor: return the items before it."),
]


@strawberry.type(description="Position of a page in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(
        description="Whether there are items after this page."
    )
    has_previous_page: bool = strawberry.field(
        description="Whether there are items before this page."
    )
    start_cursor: str | None = strawberry.field(
        description="Cursor of the first item: `before` for the previous page. Null"
        " if the page is empty."
    )
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last item: `after` for the next page. Null if"
        " the page is empty."
    )


@strawberry.type(description="An item of a list, with its cursor.")
class Edge(Generic[Node]):
    node: Node = strawberry.field(description="The item.")
    cursor: str = strawberry.field(
        description="Opaque position of the item, for `after` and `before`."
    )


@strawberry.type(description="One page of a list.")
class Connection(Generic[Node]):
    edges: list[Edge[Node]] = strawberry.field(
        description="Items in the order of the list."
    )
    page_info: PageInfo = strawberry.field(
        description="Position of this page in the list."
    )
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="Number of items in the whole list.")
    async def total_count(self) -> int:
        """Counts only if selected: it reads the whole list."""
        return await self.count()
