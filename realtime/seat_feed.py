"""Redis -> seat maps: a snapshot, then deltas."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.errors import NotFoundError
from domain.seats import Position, SeatMap, SeatMapDelta, SessionSeat
from persistence.queries.seat_maps import SeatMaps
from realtime.hub import Hub
from realtime.metrics import DELIVERY_LAG, RESYNCS, seconds_since
from realtime.seat_message import SeatMessage
from realtime.topics import RESYNC, seat_channel
from runtime.back_off import BackOff
from telemetry.spans import spans

logger = logging.getLogger(__name__)

BURST_SECONDS = 0.03  # at most one delta in this time; no delay after a quiet time


async def _at_once() -> None:
    """For callers that do not take turns."""


class SeatFeed:
    def __init__(self, hub: Hub, seat_maps: SeatMaps) -> None:
        self._hub = hub
        self._seat_maps = seat_maps

    async def watch(
        self,
        session_id: UUID,
        after: Position | None = None,
        next_turn: Callable[[], Awaitable[None]] = _at_once,
    ) -> AsyncGenerator[SeatMap | SeatMapDelta, None]:
        """Raises NotFoundError, before the first item, for an unknown session.

        Listens before it reads, so no change is missed. Versions make repeats harmless.
        Awaits `next_turn` before it reads the map again.
        """
        loop = asyncio.get_running_loop()
        async with self._hub.listen(seat_channel(session_id)) as changes:
            first = await self._seat_maps.read(session_id, after)
            if first is None:
                raise NotFoundError
            yield first
            last_sent = loop.time()
            while True:
                messages = await changes.next_burst(last_sent + BURST_SECONDS)
                if merged := merge(session_id, messages):
                    # The caller has passed it on to all watchers when this returns.
                    with spans().linked("deliver seats", merged.trace_parents):
                        yield merged.delta
                    DELIVERY_LAG.observe(seconds_since(merged.oldest))
                else:
                    RESYNCS.inc()
                    yield await self._read_again(session_id, next_turn)
                last_sent = loop.time()

    async def _read_again(
        self, session_id: UUID, next_turn: Callable[[], Awaitable[None]]
    ) -> SeatMap | SeatMapDelta:
        """Retries until it succeeds: a watcher may be late, never wrong."""
        back_off = BackOff(0.05, 2.0)
        while True:
            try:
                await next_turn()
                if whole := await self._seat_maps.read(session_id):
                    return whole
                raise NotFoundError  # noqa: TRY301 # the session was deleted
            except NotFoundError:
                raise
            except Exception as error:  # noqa: BLE001 # any fault of Postgres
                logger.warning("a seat map could not be read: %r", error)
            await back_off.wait()


@dataclass(frozen=True, slots=True)
class Merged:
    delta: SeatMapDelta
    oldest: datetime  # of the changes in it
    trace_parents: Sequence[str]


def merge(session_id: UUID, messages: Sequence[bytes]) -> Merged | None:
    """One delta with each seat at its highest version; None: read the map again."""
    newest: dict[UUID, SessionSeat] = {}
    positions, times, parents = list[Position](), list[datetime](), list[str]()
    try:
        for message in messages:
            if message == RESYNC:
                return None
            decoded = SeatMessage.decode(message)
            positions.append(decoded.change.position)
            times.append(decoded.time)
            if decoded.trace_parent:
                parents.append(decoded.trace_parent)
            for seat in decoded.change.seats:
                known = newest.get(seat.id)
                if known is None or seat.version > known.version:
                    newest[seat.id] = seat
    except (ValueError, KeyError, TypeError, AttributeError):
        logger.exception("not a change of seats: %r", messages)
        return None
    delta = SeatMapDelta(
        session_id=session_id,
        seats=tuple(newest.values()),
        position=min(positions),
    )
    return Merged(delta, min(times), parents)
