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
from persistence.queries.catalog_list import CatalogList
from persistence.queries.keyset import Keyset, Page, Window
from persistence.queries.reading import ReadCache, Reader
from persistence.queries.word_search import with_words
from persistence.tables import MovieRow

# 0.1.0 uses "movies". Its cursors and the order of its pages differ, and both releases
# share a cache while one replaces the other.
NAME = "movies.by-key"
BY_TITLE = CatalogList(
    NAME,
    Keyset(NAME, col(MovieRow.title_key), col(MovieRow.id)),
    TypeAdapter(Page[Movie]),
    movie_of,
)
MOVIE = TypeAdapter(Movie)


class Movies:
    def __init__(self, reader: Reader, cache: ReadCache) -> None:
        self._reader = reader
        self._cache = cache

    async def page(self, window: Window, *, search: str = "") -> Page[Movie]:
        """Movies whose title contains each word of `search`, without archived ones.

        Raises CursorError.
        """
        words = search_words(search)
        rows = _titled(words)
        return await BY_TITLE.page(
            self._reader, self._cache, rows, window, is_whole=not words
        )

    async def count(self, *, search: str = "") -> int:
        rows = _titled(search_words(search))
        return await self._reader.count(rows, await self._cache.since())

    async def by_id(self, ids: Sequence[UUID]) -> dict[UUID, Movie]:
        read = partial(self._reader.by_id, MovieRow, movie_of)
        return await self._cache.by_id("movie", ids, MOVIE, read)


def _titled(words: Sequence[str]) -> Select[Any]:
    listed = select(MovieRow).where(col(MovieRow.archived_at).is_(None))
    return with_words(listed, MovieRow.search_key, words)
