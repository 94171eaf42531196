"""Feeds that say what a test tells them to."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from domain.errors import NotFoundError
from domain.seats import Position, SeatMap, SeatMapDelta

Update = SeatMap | SeatMapDelta


@dataclass
class ScriptedSeatFeed:
    """Says what it was told to; without anything the session is unknown."""

    updates: list[Update] = field(default_factory=list)
    asked: list[tuple[UUID, Position | None]] = field(default_factory=list)
    open: int = 0

    async def watch(
        self, session_id: UUID, after: Position | None = None
    ) -> AsyncGenerator[Update, None]:
        self.asked.append((session_id, after))
        self.open += 1
        try:
            if not self.updates:
                raise NotFoundError
            for update in self.updates:
                yield update
        finally:
            self.open -= 1


@dataclass
class ScriptedReservationFeed:
    """Ticks, and lets the test do something before each tick but the first."""

    between: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    open: int = 0

    async def watch(self, reservation_id: UUID) -> AsyncGenerator[None, None]:
        self.open += 1
        try:
            yield
            for change in self.between:
                await change()
                yield
        finally:
            self.open -= 1
