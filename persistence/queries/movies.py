"""Movies, by title."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Select, select
from sqlmodel import col

from domain.movies import Movie
from persistence.catalog.rows import movie_of
from persistence.queries.keyset import Keyset, Page, Window
from persistence.queries.reading import ReadCache, Reader
from persistence.tables import MovieRow

BY_TITLE = Keyset("movies", col(MovieRow.title), col(MovieRow.id))
MOVIE = TypeAdapter(Movie)
PAGE = TypeAdapter(Page[Movie])


class Movies:
    def __init__(self, reader: Reader, cache: ReadCache) -> None:
        self._reader = reader
        self._cache = cache

    async def page(self, window: Window, *, search: str = "") -> Page[Movie]:
        """Movies whose title contains `search`, in any case. Raises CursorError."""
        if window != Window(window.size) or search:
            return await self._page(window, search, await self._cache.since())
        return await self._cache.page(
            f"movies:{window.size}", PAGE, partial(self._page, window, search)
        )

    async def _page(
        self, window: Window, search: str, since: int | None
    ) -> Page[Movie]:
        rows = BY_TITLE.page(_titled(search), window)
        return BY_TITLE.page_of(await self._reader.fetch(rows, since), window, movie_of)

    async def count(self, *, search: str = "") -> int:
        return await self._reader.count(_titled(search), await self._cache.since())

    async def by_id(self, ids: Sequence[UUID]) -> dict[UUID, Movie]:
        return await self._cache.by_id("movie", ids, MOVIE, self._by_id)

    async def _by_id(self, ids: Sequence[UUID], since: int | None) -> dict[UUID, Movie]:
        rows = select(MovieRow).where(col(MovieRow.id).in_(ids))
        return {
            row["id"]: movie_of(row) for row in await self._reader.fetch(rows, since)
        }


def _titled(search: str) -> Select[Any]:
    rows = select(MovieRow)
    if search:
        rows = rows.where(col(MovieRow.title).icontains(search, autoescape=True))
    return rows
