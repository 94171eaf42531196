"""Fields within fields, batched: one query however many rows ask for it."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from domain.movies import Movie
from domain.payment import Payment
from domain.people import Viewer
from domain.reservation import Reservation
from domain.rooms import Room, Seat
from domain.seats import SeatMap
from domain.sessions import Session
from persistence.queries import Queries
from persistence.queries.keyset import CursorError, Page, Window
from resolvers.paging import connection, window
from schema.pages import Connection

Value = TypeVar("Value")
Node = TypeVar("Node")
ByKey = DataLoader[UUID, Value | None]
MoviePage = tuple[UUID, Window]  # a movie, and which of its sessions


class DanglingKeyError(Exception):
    """A row leads to one that is not there, though Postgres keeps it from that."""


class Loaders:
    """Reads each row at most once, for one operation or one event of a subscription.

    What the viewer asks for by id may not be there: those loaders are open to the
    resolvers. What a row leads to is there: that is what the methods answer.
    """

    def __init__(self, queries: Queries, viewer: Viewer | None) -> None:
        self._sessions = queries.sessions
        self.movies: ByKey[Movie] = _by_key(queries.movies.by_id)
        self.rooms: ByKey[Room] = _by_key(queries.rooms.by_id)
        self.sessions: ByKey[Session] = _by_key(queries.sessions.by_id)
        self.seat_maps: ByKey[SeatMap] = _by_key(queries.seat_maps.whole)
        self._seats: ByKey[list[Seat]] = _by_key(queries.rooms.seats)
        self._capacities: ByKey[int] = _by_key(queries.rooms.capacities)
        self._movie_pages: DataLoader[MoviePage, Page[Session]] = DataLoader(
            self._read_movie_pages
        )
        self._counts: ByKey[int] = _by_key(queries.sessions.counts_of_movies)
        self.reservations: ByKey[Reservation] = _by_key(
            partial(queries.reservations.by_id, viewer.id) if viewer else _nothing
        )
        self.payments: ByKey[Payment] = _by_key(
            partial(queries.payments.by_id, viewer.id) if viewer else _nothing
        )
        self._payments_of: ByKey[Payment] = _by_key(
            partial(queries.payments.by_reservation, viewer.id) if viewer else _nothing
        )

    async def movie(self, movie_id: UUID) -> Movie:
        return await _linked(self.movies, movie_id)

    async def room(self, room_id: UUID) -> Room:
        return await _linked(self.rooms, room_id)

    async def session(self, session_id: UUID) -> Session:
        return await _linked(self.sessions, session_id)

    async def seat_map(self, session_id: UUID) -> SeatMap:
        return await _linked(self.seat_maps, session_id)

    async def reservation(self, reservation_id: UUID) -> Reservation:
        return await _linked(self.reservations, reservation_id)

    async def payment_of(self, reservation_id: UUID) -> Payment | None:
        return await self._payments_of.load(reservation_id)

    async def seats_of_room(self, room_id: UUID) -> list[Seat]:
        return await self._seats.load(room_id) or []

    async def capacity_of_room(self, room_id: UUID) -> int:
        return await self._capacities.load(room_id) or 0

    async def sessions_of_movie(
        self,
        movie_id: UUID,
        node: Callable[[Session], Node],
        *,
        first: int | None,
        after: str | None,
        last: int | None,
        before: str | None,
    ) -> Connection[Node]:
        async def count() -> int:
            return await self._counts.load(movie_id) or 0

        wanted = window(first, after, last, before)
        page = self._movie_pages.load((movie_id, wanted))
        return await connection(page, node, count)

    async def _read_movie_pages(
        self, wanted: list[MoviePage]
    ) -> Sequence[Page[Session] | CursorError]:
        """Movies of which the same page is wanted share a statement."""
        alike: defaultdict[Window, list[UUID]] = defaultdict(list)
        for movie_id, which in wanted:
            alike[which].append(movie_id)
        pages: dict[MoviePage, Page[Session] | CursorError] = {}
        for which, movie_ids in alike.items():
            try:
                read = await self._sessions.pages_of_movies(movie_ids, which)
            except CursorError as error:  # the other pages can still be had
                pages |= {(movie_id, which): error for movie_id in movie_ids}
            else:
                pages |= {(movie_id, which): page for movie_id, page in read.items()}
        return [pages[page] for page in wanted]


def _by_key(
    read: Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, Value]]],
) -> ByKey[Value]:
    async def in_order(keys: list[UUID]) -> list[Value | None]:
        found = await read(keys)
        return [found.get(key) for key in keys]

    return DataLoader(in_order)


async def _nothing(_keys: Sequence[UUID]) -> Mapping[UUID, Any]:
    """What belongs to nobody's account."""
    return {}


async def _linked(loader: ByKey[Value], key: UUID) -> Value:
    found = await loader.load(key)
    if found is None:
        raise DanglingKeyError(key)
    return found
