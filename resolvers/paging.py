"""Pages as they were read -> connections as clients see them."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from persistence.queries.keyset import CursorError, Page
from resolvers.faults import bad_user_input
from schema.pages import DEFAULT_FIRST, MAX_FIRST, Connection, Edge, PageInfo

Value = TypeVar("Value")
Node = TypeVar("Node")


def page_size(first: int | None) -> int:
    if first is None:
        return DEFAULT_FIRST
    if not 1 <= first <= MAX_FIRST:
        raise bad_user_input(f"`first` has to be from 1 to {MAX_FIRST}.")
    return first


async def connection(
    page: Awaitable[Page[Value]],
    node: Callable[[Value], Node],
    count: Callable[[], Awaitable[int]],
) -> Connection[Node]:
    try:
        read = await page
    except CursorError as error:
        raise bad_user_input("`after` has to be a cursor of this list.") from error
    edges = [Edge(node=node(value), cursor=cursor) for cursor, value in read.items]
    return Connection(
        edges=edges,
        page_info=PageInfo(
            has_next_page=read.has_next,
            has_previous_page=read.has_previous,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        count=count,
    )
