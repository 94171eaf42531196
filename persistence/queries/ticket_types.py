"""The types of tickets of the network."""

from pydantic import TypeAdapter
from sqlalchemy import select

from domain.ticket_prices import TicketType
from domain.ticket_types import type_order
from persistence.catalog_rows import ticket_type_of
from persistence.queries.reading import ReadCache, Reader
from persistence.tables import TicketTypeRow

TYPES = TypeAdapter(list[TicketType])


class TicketTypes:
    def __init__(self, reader: Reader, cache: ReadCache) -> None:
        self._reader = reader
        self._cache = cache

    async def all(self) -> list[TicketType]:
        """The default type first, then by name."""
        return await self._cache.page("ticket-types", TYPES, self._read)

    async def _read(self, since: int | None) -> list[TicketType]:
        rows = await self._reader.fetch(select(TicketTypeRow), since)
        return sorted(map(ticket_type_of, rows), key=type_order)
