"""Movies, by title."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Select, select
from sqlmodel import col

from domain.movies import Movie
from domain.text import search_words
from persistence.catalog_rows import movie_of
from persistence.queries.keyset import Keyset, Page, Window
from persistence.queries.reading import ReadCache, Reader
from persistence.queries.word_search import with_words
from persistence.tables import MovieRow

# 0.1.0 uses "movies". Its cursors and the order of its pages differ, and both releases
# share a cache while one replaces the other.
NAME = "movies.by-key"
BY_TITLE = Keyset(NAME, col(MovieRow.title_key), col(MovieRow.id))
MOVIE = TypeAdapter(Movie)
PAGE = TypeAdapter(Page[Movie])


class Movies:
    def __init__(self, reader: Reader, cache: ReadCache) -> None:
        self._reader = reader
        self._cache = cache

    async def page(self, window: Window, *, search: str = "") -> Page[Movie]:
        """Movies whose title contains each word of `search`, without archived ones.

        Raises CursorError.
        """
        words = search_words(search)
        if window != Window(window.size) or words:
            return await self._page(window, words, await self._cache.since())
        return await self._cache.page(
            f"{NAME}:{window.size}", PAGE, partial(self._page, window, words)
        )

    async def _page(
        self, window: Window, words: Sequence[str], since: int | None
    ) -> Page[Movie]:
        rows = BY_TITLE.page(_titled(words), window)
        return BY_TITLE.page_of(await self._reader.fetch(rows, since), window, movie_of)

    async def count(self, *, search: str = "") -> int:
        rows = _titled(search_words(search))
        return await self._reader.count(rows, await self._cache.since())

    async def by_id(self, ids: Sequence[UUID]) -> dict[UUID, Movie]:
        return await self._cache.by_id("movie", ids, MOVIE, self._by_id)

    async def _by_id(self, ids: Sequence[UUID], since: int | None) -> dict[UUID, Movie]:
        rows = select(MovieRow).where(col(MovieRow.id).in_(ids))
        return {
            row["id"]: movie_of(row) for row in await self._reader.fetch(rows, since)
        }


def _titled(words: Sequence[str]) -> Select[Any]:
    listed = select(MovieRow).where(col(MovieRow.archived_at).is_(None))
    return with_words(listed, MovieRow.search_key, words)
