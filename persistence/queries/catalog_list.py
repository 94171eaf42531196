"""A list of the catalog that everybody sees, and whose first pages are cached."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from pydantic import TypeAdapter
from sqlalchemy import RowMapping

from persistence.key_value.catalog_cache import Value
from persistence.queries.keyset import Keyset, Page, Window
from persistence.queries.reading import ReadCache, Reader, Rows


@dataclass(frozen=True)
class CatalogList(Generic[Value]):
    """`name` is that of its pages in the cache."""

    name: str
    order: Keyset
    pages: TypeAdapter[Page[Value]]
    value: Callable[[RowMapping], Value]

    async def page(
        self,
        reader: Reader,
        cache: ReadCache,
        rows: Rows,
        window: Window,
        *,
        is_whole: bool = True,
    ) -> Page[Value]:
        """`is_whole`: nothing is searched in it. Raises CursorError."""

        async def read(since: int | None) -> Page[Value]:
            found = await reader.fetch(self.order.page(rows, window), since)
            return self.order.page_of(found, window, self.value)

        if window != Window(window.size) or not is_whole:
            return await read(await cache.since())
        return await cache.page(f"{self.name}:{window.size}", self.pages, read)
