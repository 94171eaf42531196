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
from persistence.queries.keyset import Keyset, Page, Window
from persistence.queries.reading import ReadCache, Reader
from persistence.queries.word_search import with_words
from persistence.tables import CinemaRow, RoomRow

NAME = "cinemas"
BY_NAME = Keyset(NAME, col(CinemaRow.name_key), col(CinemaRow.id))
CINEMA = TypeAdapter(Cinema)
PAGE = TypeAdapter(Page[Cinema])
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
        if window != Window(window.size) or words:
            return await self._page(window, words, await self._cache.since())
        return await self._cache.page(
            f"{NAME}:{window.size}", PAGE, partial(self._page, window, words)
        )

    async def _page(
        self, window: Window, words: Sequence[str], since: int | None
    ) -> Page[Cinema]:
        rows = with_words(select(CinemaRow), CinemaRow.search_key, words)
        read = await self._reader.fetch(BY_NAME.page(rows, window), since)
        return BY_NAME.page_of(read, window, cinema_of)

    async def count(self, *, search: str = "") -> int:
        rows = with_words(select(CinemaRow), CinemaRow.search_key, search_words(search))
        return await self._reader.count(rows, await self._cache.since())

    async def by_id(self, ids: Sequence[UUID]) -> dict[UUID, Cinema]:
        return await self._cache.by_id("cinema", ids, CINEMA, self._by_id)

    async def rooms(self, cinema_ids: Sequence[UUID]) -> dict[UUID, list[Room]]:
        """The rooms of each cinema, by name. Leaves out the cinemas without rooms."""
        return await self._cache.by_id("rooms", cinema_ids, ROOMS, self._rooms)

    async def _by_id(
        self, ids: Sequence[UUID], since: int | None
    ) -> dict[UUID, Cinema]:
        rows = select(CinemaRow).where(col(CinemaRow.id).in_(ids))
        return {
            row["id"]: cinema_of(row) for row in await self._reader.fetch(rows, since)
        }

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
