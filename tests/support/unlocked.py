"""Stand-ins for what only saves work: without them Postgres decides alone."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from domain.ports import SeatLock
from domain.reservation import Reservation


class Forgetful:
    def keep(self, reservation: Reservation) -> None: ...


class NoSeatLocks:
    @asynccontextmanager
    async def guard(self, seat_ids: Sequence[UUID]) -> AsyncIterator[SeatLock]:
        yield Forgetful()

    async def forget(self, reservation: Reservation) -> None: ...

    async def mark_sold(self, reservation: Reservation) -> None: ...


class SilentBell:
    def ring(self) -> None: ...
