"""Redis -> seat maps: a snapshot, then deltas."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from uuid import UUID

from domain.errors import NotFoundError
from domain.seats import Position, SeatMap, SeatMapDelta
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
            plan, prices = first.plan, first.prices
            yield first
            last_sent = loop.time()
            while True:
                messages = await changes.next_burst(last_sent + BURST_SECONDS)
                if merged := _merged(messages):
                    # The caller has passed it on to all watchers when this returns.
                    with spans().linked("deliver seats", merged.trace_parents):
                        yield SeatMapDelta(
                            session_id=session_id,
                            seats=merged.change.seats,
                            position=merged.change.position,
                            plan=plan,
                            prices=prices,
                        )
                    DELIVERY_LAG.observe(seconds_since(merged.time))
                else:
                    RESYNCS.inc()
                    self._seat_maps.forget(session_id)
                    whole = await self._read_again(session_id, next_turn)
                    plan, prices = whole.plan, whole.prices
                    yield whole
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


def _merged(messages: Sequence[bytes]) -> SeatMessage | None:
    """None: read the map again."""
    if RESYNC in messages:
        return None
    try:
        return SeatMessage.merged([SeatMessage.decode(each) for each in messages])
    except (ValueError, KeyError, TypeError, AttributeError):
        logger.exception("not a change of seats: %r", messages)
        return None
