"""Relay's page arguments -> Window, and Page -> Connection."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from persistence.queries.keyset import CursorError, Page, Window
from resolvers.faults import bad_user_input
from schema.pages import DEFAULT_FIRST, MAX_FIRST, Connection, Edge, PageInfo

Value = TypeVar("Value")
Node = TypeVar("Node")


def window(
    first: int | None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Window:
    """Raises FaultError for sizes out of range, and for both `first` and `last`.

    `first` has a default, so the default value together with `last` is allowed.
    """
    if last is None:
        size = DEFAULT_FIRST if first is None else first
        return Window(_allowed("first", size), after, before)
    if first not in {None, DEFAULT_FIRST}:
        raise bad_user_input("page_direction")
    return Window(_allowed("last", last), after, before, from_end=True)


def _allowed(name: str, size: int) -> int:
    if not 1 <= size <= MAX_FIRST:
        raise bad_user_input("page_size", name=name, limit=MAX_FIRST)
    return size


async def connection(
    page: Awaitable[Page[Value]],
    node: Callable[[Value], Node],
    count: Callable[[], Awaitable[int]],
) -> Connection[Node]:
    try:
        read = await page
    except CursorError as error:
        raise bad_user_input("page_cursor") from error
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
