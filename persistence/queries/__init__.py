"""What is read, past the services: frozen values of the domain."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy.ext.asyncio import AsyncEngine

from persistence.catalog_cache import CatalogCache
from persistence.pool import Pool
from persistence.queries.movies import Movies
from persistence.queries.payments import Payments
from persistence.queries.reservations import Reservations
from persistence.queries.rooms import Rooms
from persistence.queries.seat_maps import SeatMaps
from persistence.queries.sessions import Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Queries:
    movies: Movies
    rooms: Rooms
    sessions: Sessions
    reservations: Reservations
    payments: Payments
    seat_maps: SeatMaps

    @classmethod
    def on(cls, engine: AsyncEngine, pool: Pool, cache: CatalogCache) -> Self:
        # Each query is one statement: BEGIN and ROLLBACK around it would be two more.
        reader = engine.execution_options(isolation_level="AUTOCOMMIT")
        return cls(
            movies=Movies(reader, cache),
            rooms=Rooms(reader, cache),
            sessions=Sessions(reader, cache),
            reservations=Reservations(reader),
            payments=Payments(reader),
            seat_maps=SeatMaps(pool),
        )
