"""Ports: what the resolvers use of the queries for cinemas, movies and rooms."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from domain.cinemas import Cinema
from domain.movies import Movie
from domain.rooms import Room
from domain.seat_plan import PriceZone, Seat
from persistence.queries.keyset import Page, Window


class CinemaReader(Protocol):
    async def page(self, window: Window, *, search: str) -> Page[Cinema]: ...

    async def count(self, *, search: str) -> int: ...

    async def by_id(self, ids: Sequence[UUID]) -> Mapping[UUID, Cinema]: ...

    async def rooms(self, cinema_ids: Sequence[UUID]) -> Mapping[UUID, list[Room]]: ...

    async def zones(
        self, cinema_ids: Sequence[UUID]
    ) -> Mapping[UUID, list[PriceZone]]: ...


class MovieReader(Protocol):
    async def page(self, window: Window, *, search: str) -> Page[Movie]: ...

    async def count(self, *, search: str) -> int: ...

    async def by_id(self, ids: Sequence[UUID]) -> Mapping[UUID, Movie]: ...


class RoomReader(Protocol):
    async def page(self, window: Window) -> Page[Room]: ...

    async def count(self) -> int: ...

    async def by_id(self, ids: Sequence[UUID]) -> Mapping[UUID, Room]: ...

    async def seats(self, room_ids: Sequence[UUID]) -> Mapping[UUID, list[Seat]]: ...

    async def zones(self, ids: Sequence[UUID]) -> Mapping[UUID, PriceZone]: ...

    async def capacities(self, room_ids: Sequence[UUID]) -> Mapping[UUID, int]: ...
