"""Batched reads of nested fields: one query for all rows of a list."""

from asyncio import gather
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from domain.cinemas import Cinema
from domain.movies import Movie
from domain.payment import Payment
from domain.people import Role, Viewer
from domain.refunds import Refund
from domain.reservation import Reservation
from domain.rooms import Room
from domain.seat_plan import PriceZone, Seat
from domain.seats import Availability, Position, SeatMap, SessionSeat
from domain.sessions import Session
from domain.ticket_prices import TicketPrice
from domain.tickets import Ticket
from persistence.queries.keyset import CursorError, Page, Window
from resolvers.paging import connection, window
from resolvers.ports import Readers, SessionReader
from schema.pages import Connection

Value = TypeVar("Value")
Node = TypeVar("Node")
ByKey = DataLoader[UUID, Value | None]
ReadByKey = Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, Value]]]
ReadOfViewer = Callable[[UUID, Sequence[UUID]], Awaitable[Mapping[UUID, Value]]]
MoviePage = tuple[UUID, Window]  # a movie, and the page of its sessions


class DanglingKeyError(Exception):
    """A row refers to a missing row, although foreign keys should prevent it."""


def _by_key(
    read_of: Callable[[Readers], ReadByKey[Value]],
) -> "cached_property[ByKey[Value]]":
    """Made when it is first used: an operation needs few of them."""
    return cached_property(lambda loaders: _loader(read_of(loaders.queries)))


def _of_viewer(
    read_of: Callable[[Readers], ReadOfViewer[Value]],
) -> "cached_property[ByKey[Value]]":
    """Without a viewer there are no rows to read."""

    def loader(loaders: "Loaders") -> ByKey[Value]:
        viewer = loaders.viewer
        read = partial(read_of(loaders.queries), viewer.id) if viewer else _no_rows
        return _loader(read)

    return cached_property(loader)


def _loader(read: ReadByKey[Value]) -> ByKey[Value]:
    return DataLoader(partial(_in_order, read))


async def _in_order(read: ReadByKey[Value], keys: list[UUID]) -> list[Value | None]:
    found = await read(keys)
    return [found.get(key) for key in keys]


async def _no_rows(_keys: Sequence[UUID]) -> Mapping[UUID, Any]:
    return {}


class Loaders:
    """Reads each row at most once per operation, or per event of a subscription.

    Resolvers use the public loaders for ids from clients: those rows may be missing.
    Types use the methods for ids from rows: those rows exist.
    """

    cinemas = _by_key(lambda queries: queries.cinemas.by_id)
    _workplaces = _by_key(lambda queries: queries.staff.cinemas)
    _rooms_of = _by_key(lambda queries: queries.cinemas.rooms)
    cards_of = _by_key(lambda queries: queries.prices.cards)
    _prices_of = _by_key(lambda queries: queries.prices.of_sessions)
    movies = _by_key(lambda queries: queries.movies.by_id)
    rooms = _by_key(lambda queries: queries.rooms.by_id)
    sessions = _by_key(lambda queries: queries.sessions.by_id)
    seat_maps = _by_key(lambda queries: queries.seat_maps.whole)
    _availabilities = _by_key(lambda queries: queries.availabilities.by_session)
    _seats_of_sessions = _by_key(lambda queries: queries.seat_maps.seats_of)
    _prices_of_seats = _by_key(lambda queries: queries.seat_maps.prices_of)
    _seats = _by_key(lambda queries: queries.rooms.seats)
    zones_of = _by_key(lambda queries: queries.cinemas.zones)
    _zones = _by_key(lambda queries: queries.rooms.zones)
    _capacities = _by_key(lambda queries: queries.rooms.capacities)
    _counts = _by_key(lambda queries: queries.sessions.counts_of_movies)
    reservations = _of_viewer(lambda queries: queries.reservations.by_id)
    _tickets = _by_key(lambda queries: queries.tickets.by_id)
    _tickets_of = _of_viewer(lambda queries: queries.tickets.by_reservation)
    _refunds_pending = _by_key(lambda queries: queries.refunds.pending)
    _refunds_of = _by_key(lambda queries: queries.refunds.by_payment)
    _tickets_of_refunds = _by_key(lambda queries: queries.tickets.by_refund)
    payments = _of_viewer(lambda queries: queries.payments.by_id)
    _payments_of = _of_viewer(lambda queries: queries.payments.by_reservation)

    @cached_property
    def _movie_pages(self) -> DataLoader[MoviePage, Page[Session]]:
        return DataLoader(partial(_read_movie_pages, self.queries.sessions))

    def __init__(self, queries: Readers, viewer: Viewer | None) -> None:
        self.queries = queries
        self.viewer = viewer

    async def cinema(self, cinema_id: UUID) -> Cinema:
        return await _existing(self.cinemas, cinema_id)

    async def workplaces(self, account_id: UUID) -> list[Cinema]:
        return await self._workplaces.load(account_id) or []

    async def rooms_of_cinema(self, cinema_id: UUID) -> list[Room]:
        return await self._rooms_of.load(cinema_id) or []

    async def prices_of_session(self, session_id: UUID) -> list[TicketPrice]:
        return await self._prices_of.load(session_id) or []

    async def movie(self, movie_id: UUID) -> Movie:
        return await _existing(self.movies, movie_id)

    async def room(self, room_id: UUID) -> Room:
        return await _existing(self.rooms, room_id)

    async def session(self, session_id: UUID) -> Session:
        return await _existing(self.sessions, session_id)

    async def seat_map(self, session_id: UUID) -> SeatMap:
        return await _existing(self.seat_maps, session_id)

    async def availability(self, session_id: UUID) -> Availability:
        return await _existing(self._availabilities, session_id)

    def prime_removed(self, session: Session) -> None:
        """Its map is empty: an answer may still show it."""
        none = Availability(total=0, available=0)
        self._availabilities.prime(session.id, none)
        empty = SeatMap(
            session_id=session.id,
            starts_at=session.starts_at,
            seats=(),
            position=Position(0),
        )
        self.seat_maps.prime(session.id, empty)

    async def reservation(self, reservation_id: UUID) -> Reservation:
        return await _existing(self.reservations, reservation_id)

    async def orphans_of(self, reservation: Reservation) -> list[SessionSeat]:
        newest = await self.queries.seatings.newest(reservation.session_id)
        if newest is None:
            return []
        known, free = newest
        return known.orphans_of(reservation, free)

    async def ticket(self, ticket_id: UUID) -> Ticket:
        return await _existing(self._tickets, ticket_id)

    async def tickets_of(self, reservation_id: UUID) -> list[Ticket]:
        return await self._tickets_of.load(reservation_id) or []

    async def refunds_pending(self, session: Session) -> int | None:
        """None for who does not work in its cinema."""
        if self.viewer is None or self.viewer.role is Role.CUSTOMER:
            return None
        cinemas = await self.workplaces(self.viewer.id)
        room = await self.room(session.room_id)
        if room.cinema_id not in {cinema.id for cinema in cinemas}:
            return None
        return await self._refunds_pending.load(session.id) or 0

    async def refunds_of(self, payment_id: UUID) -> list[Refund]:
        return await self._refunds_of.load(payment_id) or []

    async def tickets_of_refund(self, refund_id: UUID) -> list[Ticket]:
        return await self._tickets_of_refunds.load(refund_id) or []

    async def payment_of(self, reservation_id: UUID) -> Payment | None:
        return await self._payments_of.load(reservation_id)

    async def seats_of_room(self, room_id: UUID) -> list[Seat]:
        return await self._seats.load(room_id) or []

    async def zones_of_seats(self, seats: Sequence[Seat]) -> dict[UUID, PriceZone]:
        """The zones that they are in, by id."""
        ids = list({seat.zone_id for seat in seats})
        zones = await gather(*map(self.zone, ids))
        return dict(zip(ids, zones, strict=True))

    async def zone(self, zone_id: UUID) -> PriceZone:
        return await _existing(self._zones, zone_id)

    async def seat_of(self, session_seat_id: UUID) -> tuple[Seat, PriceZone]:
        return await _existing(self._seats_of_sessions, session_seat_id)

    async def prices_of_seat(self, session_seat_id: UUID) -> Sequence[TicketPrice]:
        return await _existing(self._prices_of_seats, session_seat_id)

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
    sessions: SessionReader, wanted: list[MoviePage]
) -> Sequence[Page[Session] | CursorError]:
    """One statement for all movies with the same window."""
    by_window: defaultdict[Window, list[UUID]] = defaultdict(list)
    for movie_id, page_window in wanted:
        by_window[page_window].append(movie_id)
    pages: dict[MoviePage, Page[Session] | CursorError] = {}
    for page_window, movie_ids in by_window.items():
        try:
            read = await sessions.pages_of_movies(movie_ids, page_window)
        except CursorError as error:  # the other windows can still be read
            pages |= {(movie_id, page_window): error for movie_id in movie_ids}
        else:
            pages |= {(movie_id, page_window): page for movie_id, page in read.items()}
    return [pages[page] for page in wanted]


async def _existing(loader: ByKey[Value], key: UUID) -> Value:
    found = await loader.load(key)
    if found is None:
        raise DanglingKeyError(key)
    return found
