"""Turning pages to the end."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from persistence.queries.keyset import Page

Value = TypeVar("Value")


async def all_pages(
    page: Callable[[str | None], Awaitable[Page[Value]]],
) -> list[list[Value]]:
    pages, after = [], None
    while True:
        read = await page(after)
        assert read.has_previous == (after is not None)
        pages.append([value for _, value in read.items])
        if not read.has_next:
            return pages
        after = read.items[-1][0]
