"""Null objects for the services that only save work: Postgres decides alone."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from domain.cinemas import Cinema
from domain.people import Role, Workplaces
from domain.ports import SeatLock, Wanted
from domain.reservation import Extended, Reservation
from persistence.key_value.catalog_cache import Load, Value
from persistence.key_value.rate_limits import Slowdown
from persistence.queries.staff import Staff

UNUSED: Any = None  # for a service that the tested operations do not call


class NullSeatLock:
    def mark_held(
        self, held: Reservation, starts_at: datetime, end: datetime
    ) -> None: ...


class NoSeatLocks:
    @asynccontextmanager
    async def guard(self, wanted: Wanted) -> AsyncIterator[SeatLock]:
        yield NullSeatLock()

    async def clear(self, reservation: Reservation) -> None: ...

    async def mark_extended(self, extended: Extended) -> None: ...

    async def mark_sold(
        self, reservation: Reservation, starts_at: datetime, on_sale_for: timedelta
    ) -> None: ...


class NothingCached:
    """A catalog cache that reads everything from Postgres."""

    async def drop(self) -> None: ...

    async def since(self) -> None: ...

    async def by_id(
        self,
        kind: str,
        ids: Sequence[UUID],
        values: TypeAdapter[Value],
        load: Load[Value],
    ) -> dict[UUID, Value]:
        return dict(await load(ids, None))

    async def page(
        self,
        name: str,
        values: TypeAdapter[Value],
        load: Callable[[int | None], Awaitable[Value]],
    ) -> Value:
        return await load(None)


class Unlimited:
    async def check(
        self, what: str, address: str | None, account: str | None
    ) -> None: ...

    async def check_attempt(
        self, what: str, address: str | None, account: str | None
    ) -> None: ...

    async def slow_down(self, what: str, slowdown: Slowdown) -> None: ...

    def check_reserving(self, customer_id: UUID) -> None: ...


class NoWakeup:
    def notify(self) -> None: ...


class NetworkStaff(Staff):
    """Every manager manages the whole network, without an account."""

    def __init__(self) -> None: ...

    async def workplaces(self, account_id: UUID, role: Role) -> Workplaces:
        return Workplaces(whole_network=True)

    async def cinemas(self, account_ids: Sequence[UUID]) -> dict[UUID, list[Cinema]]:
        return {}
