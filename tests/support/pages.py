"""Reads a paginated list to its end and back."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from persistence.queries.keyset import Page, Window

Value = TypeVar("Value")


async def all_pages(
    page: Callable[[Window], Awaitable[Page[Value]]], size: int
) -> list[list[Value]]:
    """The pages in order; asserts that the way back has the same values."""
    pages, after = [], None
    while True:
        read = await page(Window(size, after))
        assert read.has_previous == (after is not None)
        pages.append([value for _, value in read.items])
        if not read.has_next:
            break
        after = read.items[-1][0]
    there = [value for each in pages for value in each]
    assert await _back(page, size) == there
    return pages


async def _back(
    page: Callable[[Window], Awaitable[Page[Value]]], size: int
) -> list[Value]:
    values: list[Value] = []
    before = None
    while True:
        read = await page(Window(size, before=before, from_end=True))
        assert read.has_next == (before is not None)
        values = [value for _, value in read.items] + values
        if not read.has_previous:
            return values
        before = read.items[0][0]
