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
from domain.seat_plan import PriceZone
from domain.text import order_key, search_words
from persistence.catalog_rows import cinema_of, room_of, zone_of
from persistence.queries.catalog_list import CatalogList
from persistence.queries.keyset import Keyset, Page, Window
from persistence.queries.reading import ReadCache, Reader, Rows
from persistence.queries.word_search import with_words
from persistence.tables import CinemaRow, PriceZoneRow, RoomRow

NAME = "cinemas"
BY_NAME = CatalogList(
    NAME,
    Keyset(NAME, col(CinemaRow.name_key), col(CinemaRow.id)),
    TypeAdapter(Page[Cinema]),
    cinema_of,
)
CINEMA = TypeAdapter(Cinema)
ROOMS = TypeAdapter(list[Room])
ZONES = TypeAdapter(list[PriceZone])


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

    async def zones(self, cinema_ids: Sequence[UUID]) -> dict[UUID, list[PriceZone]]:
        """The price zones of each cinema: the default one, then the others by name."""
        return await self._cache.by_id("zones", cinema_ids, ZONES, self._zones)

    async def _zones(
        self, cinema_ids: Sequence[UUID], since: int | None
    ) -> dict[UUID, list[PriceZone]]:
        rows = select(PriceZoneRow).where(col(PriceZoneRow.cinema_id).in_(cinema_ids))
        zones: defaultdict[UUID, list[PriceZone]] = defaultdict(list)
        for row in await self._reader.fetch(rows, since):
            zones[row["cinema_id"]].append(zone_of(row))
        for each in zones.values():
            each.sort(key=lambda zone: (not zone.is_default, order_key(zone.name)))
        return zones

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
