"""Feeds that yield what a test prepares."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from domain.errors import NotFoundError
from domain.seats import Position, SeatMap, SeatMapDelta
from resolvers.ports import NextTurn

Update = SeatMap | SeatMapDelta


@dataclass
class ScriptedSeatFeed:
    """Yields `updates`; without any the session does not exist."""

    updates: list[Update] = field(default_factory=list)
    calls: list[tuple[UUID, Position | None]] = field(default_factory=list)
    open: int = 0

    async def watch(
        self, session_id: UUID, after: Position | None, next_turn: NextTurn
    ) -> AsyncGenerator[Update, None]:
        self.calls.append((session_id, after))
        self.open += 1
        try:
            if not self.updates:
                raise NotFoundError
            for number, update in enumerate(self.updates):
                if number and isinstance(update, SeatMap):
                    await next_turn()
                yield update
        finally:
            self.open -= 1


@dataclass
class ScriptedReservationFeed:
    """Yields once, then after each callback in `between`."""

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
