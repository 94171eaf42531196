"""Reads that need no service: they return frozen values of the domain."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy.ext.asyncio import AsyncEngine

from persistence.key_value.kept_counts import KeptCounts
from persistence.key_value.own_writes import OwnWrites
from persistence.postgres.pool import RecordPool
from persistence.postgres.replica import Replica
from persistence.queries.availabilities import Availabilities
from persistence.queries.cinemas import Cinemas
from persistence.queries.clock import Clock
from persistence.queries.gate_lists import GateLists
from persistence.queries.movies import Movies
from persistence.queries.payments import Payments
from persistence.queries.prices import Prices
from persistence.queries.reading import ReadCache, Reader
from persistence.queries.refunds import Refunds
from persistence.queries.reservations import Reservations
from persistence.queries.rooms import Rooms
from persistence.queries.seat_maps import SeatMaps
from persistence.queries.seatings import Seatings
from persistence.queries.sessions import Sessions
from persistence.queries.staff import Staff
from persistence.queries.ticket_types import TicketTypes
from persistence.queries.tickets import Tickets


@dataclass(frozen=True, slots=True, kw_only=True)
class Queries:
    cinemas: Cinemas
    movies: Movies
    rooms: Rooms
    sessions: Sessions
    reservations: Reservations
    payments: Payments
    seat_maps: SeatMaps
    seatings: Seatings
    availabilities: Availabilities
    prices: Prices
    refunds: Refunds
    staff: Staff
    ticket_types: TicketTypes
    tickets: Tickets
    gate_lists: GateLists
    clock: Clock

    @classmethod
    def on(
        cls,
        engine: AsyncEngine,
        pool: RecordPool,
        cache: ReadCache,
        replica: Replica | None = None,
        own_writes: OwnWrites | None = None,
        *,
        kept_counts: KeptCounts | None = None,
    ) -> Self:
        reader = Reader(engine, replica)
        seat_maps = SeatMaps(pool)
        return cls(
            cinemas=Cinemas(reader, cache),
            movies=Movies(reader, cache),
            rooms=Rooms(reader, cache),
            sessions=Sessions(reader, cache),
            reservations=Reservations(reader, own_writes),
            payments=Payments(reader, own_writes),
            seat_maps=seat_maps,
            seatings=Seatings(pool, seat_maps),
            availabilities=Availabilities(pool, kept_counts),
            prices=Prices(reader, cache),
            refunds=Refunds(reader),
            staff=Staff(reader),
            ticket_types=TicketTypes(reader, cache),
            tickets=Tickets(reader, own_writes),
            gate_lists=GateLists(pool),
            clock=Clock(pool),
        )
