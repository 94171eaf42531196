"""Kafka -> Redis pub/sub: tells every API process what its watchers may wait for."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson
from redis.asyncio import Redis

from domain.ports import SeatLocks
from persistence.postgres.pool import Pool
from persistence.sales.codec import reservation_from_json, seat_from_json
from persistence.sales.outbox import confirm, floors
from realtime.cloud_event import CloudEvent
from realtime.topics import (
    FANOUT_CONSUMER,
    PAYMENTS,
    RESERVATIONS,
    RESYNC,
    reservation_channel,
    seat_channel,
)
from telemetry.spans import spans

CANCELLED = "ReservationCancelled"


class FanoutHandler:
    name = FANOUT_CONSUMER
    topics = (RESERVATIONS, PAYMENTS)

    def __init__(self, pool: Pool, redis: "Redis", locks: SeatLocks) -> None:
        self._pool = pool
        self._redis = redis
        self._locks = locks

    async def handle(self, events: Sequence[CloudEvent]) -> None:
        """Publish, then confirm: repeats are harmless, a silence is not."""
        for event in events:
            for seat in event.data.get("seats", ()):
                seat_from_json(seat)  # what no watcher can read is not published
        sessions = {event.session_id for event in events if "seats" in event.data}
        floor = await floors(self._pool, sessions, self.name) if sessions else {}
        with spans().each("PRODUCER", "publish", events) as parents:
            await self._publish(events, parents, floor)
        for event in events:
            if event.type == CANCELLED:
                # Redis may not have heard it from who cancelled: it was away, or the
                # API was killed. Word of a hold that is none refuses a free seat.
                await self._locks.clear(reservation_from_json(event.data))
        async with self._pool.acquire() as db, db.transaction():
            await confirm(db, [event.id for event in events], self.name)

    async def _publish(
        self,
        events: Sequence[CloudEvent],
        trace_parents: Sequence[str | None],
        floor: Mapping[UUID, int],
    ) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for event, trace_parent in zip(events, trace_parents, strict=True):
                if "seats" in event.data:
                    position = event.data["position"]
                    position = min(position, floor.get(event.session_id, position))
                    change = {
                        "position": position,
                        "seats": event.data["seats"],
                        "time": event.time,
                    }
                    if trace_parent is not None:
                        change["traceparent"] = trace_parent
                    pipe.publish(seat_channel(event.session_id), orjson.dumps(change))
                if "reservation_id" in event.data:
                    channel = reservation_channel(event.data["reservation_id"])
                    pipe.publish(channel, event.type)
            await pipe.execute()

    async def on_dead_letter(self, session_key: str, event: CloudEvent | None) -> None:
        """Whoever watches the session reads it anew: what changed is not known."""
        await self._redis.publish(seat_channel(session_key), RESYNC)
        if event:
            async with self._pool.acquire() as db, db.transaction():
                await confirm(db, [event.id], self.name)
