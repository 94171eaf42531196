"""Changes of the catalog, which managers make."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.errors import NotFoundError
from domain.money import Money
from domain.movies import Movie, MovieFacts, validated_movie
from domain.ports import RelayWakeup
from domain.rooms import (
    MAX_ROOM_NAME_LENGTH,
    NewSeats,
    Room,
    check_room,
    check_rows,
)
from domain.session_changes import SessionChange, SessionFacts, check_session
from domain.sessions import Session
from domain.text import composed


class Catalog(Protocol):
    """The stored catalog. Each call is one transaction, its events included."""

    async def add_movie(self, facts: MovieFacts) -> Movie: ...

    async def change_movie(self, movie_id: UUID, facts: MovieFacts) -> Movie | None:
        """With the ends of its sessions that have not begun. Raises RoomBusyError."""

    async def add_room(self, name: str, rows: Sequence[NewSeats]) -> Room:
        """Raises InvalidInputError."""

    async def add_seats(self, room_id: UUID, rows: Sequence[NewSeats]) -> Room:
        """Add seats to the room, and put them on sale in each of its future sessions.

        Raises NotFoundError and InvalidInputError.
        """

    async def add_session(
        self, movie_id: UUID, room_id: UUID, starts_at: datetime, price: Money
    ) -> Session:
        """With every seat of the room on sale.

        Raises NotFoundError, InvalidInputError and RoomBusyError.
        """

    async def change_session(self, session_id: UUID, change: SessionChange) -> Session:
        """Raises NotFoundError, InvalidInputError and RoomBusyError."""


class CatalogCache(Protocol):
    async def drop(self) -> None:
        """Forget all that was read of the catalog. Never raises."""


class CatalogService:
    """Checks all of the input: InvalidInputError names each wrong field."""

    def __init__(
        self, catalog: Catalog, cache: CatalogCache, wakeup: RelayWakeup
    ) -> None:
        self._catalog = catalog
        self._cache = cache
        self._wakeup = wakeup

    async def create_movie(self, facts: MovieFacts) -> Movie:
        movie = await self._catalog.add_movie(validated_movie(facts))
        await self._cache.drop()
        return movie

    async def update_movie(self, movie_id: UUID, facts: MovieFacts) -> Movie:
        movie = await self._catalog.change_movie(movie_id, validated_movie(facts))
        if movie is None:
            raise NotFoundError
        self._wakeup.notify()
        await self._cache.drop()
        return movie

    async def create_room(self, name: str, rows: Sequence[NewSeats]) -> Room:
        name = composed(name, MAX_ROOM_NAME_LENGTH)
        check_room(name, rows)
        room = await self._catalog.add_room(name, rows)
        await self._cache.drop()
        return room

    async def add_seats(self, room_id: UUID, rows: Sequence[NewSeats]) -> Room:
        """The new seats of a row get the numbers after its highest."""
        check_rows(rows)
        room = await self._catalog.add_seats(room_id, rows)
        self._wakeup.notify()
        await self._cache.drop()
        return room

    async def create_session(
        self, movie_id: UUID, room_id: UUID, starts_at: datetime, price: Money
    ) -> Session:
        check_session({"starts_at": starts_at, "price_per_seat": price})
        session = await self._catalog.add_session(movie_id, room_id, starts_at, price)
        await self._cache.drop()
        return session

    async def update_session(self, session_id: UUID, facts: SessionFacts) -> Session:
        """Raises InvalidInputError if it has begun or a seat of it is held or sold."""
        check_session(facts)
        change = SessionChange(
            starts_at=facts.get("starts_at"), price=facts.get("price_per_seat")
        )
        session = await self._catalog.change_session(session_id, change)
        self._wakeup.notify()
        await self._cache.drop()
        return session
