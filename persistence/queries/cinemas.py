"""Cinemas by name, and their rooms."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlmodel import col

from domain.cinemas import Cinema
from domain.rooms import Room
from domain.text import search_words
from persistence.catalog_rows import cinema_of, room_of
from persistence.queries.catalog_list import CatalogList
from persistence.queries.keyset import Keyset, Page, Window
from persistence.queries.reading import ReadCache, Reader, Rows
from persistence.queries.word_search import with_words
from persistence.tables import CinemaRow, RoomRow

NAME = "cinemas"
BY_NAME = CatalogList(
    NAME,
    Keyset(NAME, col(CinemaRow.name_key), col(CinemaRow.id)),
    TypeAdapter(Page[Cinema]),
    cinema_of,
)
CINEMA = TypeAdapter(Cinema)
ROOMS = TypeAdapter(list[Room])


class Cinemas:
    def __init__(self, reader: Reader, cache: ReadCache) -> None:
        self._reader = reader
        self._cache = cache

    async def page(self, window: Window, *, search: str = "") -> Page[Cinema]:
        """Those whose name and city contain each word of `search`.

        Raises CursorError.
        """
        words = search_words(search)
        rows = _named(words)
        return await BY_NAME.page(
            self._reader, self._cache, rows, window, is_whole=not words
        )

    async def count(self, *, search: str = "") -> int:
        rows = _named(search_words(search))
        return await self._reader.count(rows, await self._cache.since())

    async def by_id(self, ids: Sequence[UUID]) -> dict[UUID, Cinema]:
        read = partial(self._reader.by_id, CinemaRow, cinema_of)
        return await self._cache.by_id("cinema", ids, CINEMA, read)

    async def rooms(self, cinema_ids: Sequence[UUID]) -> dict[UUID, list[Room]]:
        """The rooms of each cinema, by name. Leaves out the cinemas without rooms."""
        return await self._cache.by_id("rooms", cinema_ids, ROOMS, self._rooms)

    async def _rooms(
        self, cinema_ids: Sequence[UUID], since: int | None
    ) -> dict[UUID, list[Room]]:
        rows = (
            select(RoomRow)
            .where(col(RoomRow.cinema_id).in_(cinema_ids))
            .order_by(col(RoomRow.name_key), col(RoomRow.id))
        )
        rooms: defaultdict[UUID, list[Room]] = defaultdict(list)
        for row in await self._reader.fetch(rows, since):
            rooms[row["cinema_id"]].append(room_of(row))
        return rooms


def _named(words: Sequence[str]) -> Rows:
    return with_words(select(CinemaRow), CinemaRow.search_key, words)
