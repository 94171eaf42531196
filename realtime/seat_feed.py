"""Redis -> seat maps: a snapshot, then what changed."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from uuid import UUID

import orjson

from domain.errors import NotFoundError
from domain.seats import SeatMap, SeatMapDelta, SessionSeat
from persistence.codec import seat_from_json
from persistence.queries.seat_maps import SeatMaps
from realtime.hub import Hub
from realtime.topics import RESYNC, seat_channel

logger = logging.getLogger(__name__)

BURST_SECONDS = 0.03  # at most one delta in that time, and none late when it is quiet
LONGEST_DELAY = 2.0


class SeatFeed:
    def __init__(self, hub: Hub, seat_maps: SeatMaps) -> None:
        self._hub = hub
        self._seat_maps = seat_maps

    async def watch(
        self, session_id: UUID, after: str | None = None
    ) -> AsyncGenerator[SeatMap | SeatMapDelta, None]:
        """Raises NotFoundError, before the first item, for an unknown session.

        It listens before it reads, so nothing falls in between; versions make what
        comes twice harmless.
        """
        loop = asyncio.get_running_loop()
        async with self._hub.listen(seat_channel(session_id)) as changes:
            first = await self._seat_maps.read(session_id, after)
            if first is None:
                raise NotFoundError
            yield first
            quiet_since = loop.time()
            while True:
                settle = quiet_since + BURST_SECONDS - loop.time()
                messages = await changes.burst(settle)
                if RESYNC in messages:
                    yield await self._read_again(session_id)
                else:
                    yield merge(session_id, messages)
                quiet_since = loop.time()

    async def _read_again(self, session_id: UUID) -> SeatMap | SeatMapDelta:
        """Until it succeeds: a watcher is late at most, never wrong."""
        delay = 0.05
        while True:
            try:
                if whole := await self._seat_maps.read(session_id):
                    return whole
                raise NotFoundError  # noqa: TRY301 # it is gone for good
            except NotFoundError:
                raise
            except Exception as error:  # noqa: BLE001 # whatever ails Postgres
                logger.warning("a seat map could not be read: %r", error)
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY)


def merge(session_id: UUID, messages: Sequence[bytes]) -> SeatMapDelta:
    """One delta of a burst: each seat at its highest version."""
    newest: dict[UUID, SessionSeat] = {}
    positions = []
    for message in messages:
        change = orjson.loads(message)
        positions.append(change["position"])
        for data in change["seats"]:
            seat = seat_from_json(data)
            known = newest.get(seat.id)
            if known is None or seat.version > known.version:
                newest[seat.id] = seat
    return SeatMapDelta(
        session_id=session_id,
        seats=tuple(newest.values()),
        position=str(min(positions)),
    )
