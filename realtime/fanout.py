"""Kafka -> Redis pub/sub: what the watchers of every API process wait for."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from redis.asyncio import Redis

from domain.events import (
    FANOUT_CONSUMER,
    Event,
    ReservationCancelled,
    SeatsRepriced,
    SessionEvent,
    TicketsRefunded,
    topics_of,
)
from domain.ports import SeatLocks
from domain.seats import Position
from persistence.codec import event_from_json
from persistence.key_value.kept_counts import OUTDATED_MS, count_key
from persistence.postgres.pool import Pool
from persistence.sales.outbox import confirm, oldest_positions
from realtime.cloud_event import CloudEvent
from realtime.seat_counts import SeatCounts
from realtime.seat_message import SeatMessage
from realtime.topics import RESYNC, reservation_channel, seat_channel
from telemetry.spans import spans


class FanoutHandler:
    name = FANOUT_CONSUMER
    topics = topics_of(FANOUT_CONSUMER)

    def __init__(
        self, pool: Pool, redis: "Redis", locks: SeatLocks, seat_counts: SeatCounts
    ) -> None:
        self._pool = pool
        self._redis = redis
        self._locks = locks
        self._seat_counts = seat_counts

    async def handle(self, events: Sequence[CloudEvent]) -> None:
        """Publish, then confirm: a repeat is harmless, a lost message is not."""
        decoded = [event_from_json(event.type, event.data) for event in events]
        sessions = {
            event.session_id
            for event, each in zip(events, decoded, strict=True)
            if each.seat_change
        }
        oldest = (
            await oldest_positions(self._pool, sessions, self.name) if sessions else {}
        )
        with spans().each("PRODUCER", "publish", events) as parents:
            await self._publish(events, decoded, parents, oldest)
        self._seat_counts.note(sessions)
        # The API that freed them may not have reached Redis: Redis was unavailable, or
        # the API was killed. A marker that stays behind refuses a seat that is free.
        freed = (
            each.reservation
            for each in decoded
            if isinstance(each, ReservationCancelled | TicketsRefunded)
        )
        await asyncio.gather(*map(self._locks.clear, freed))
        await confirm(self._pool, [event.id for event in events], self.name)

    async def _publish(
        self,
        events: Sequence[CloudEvent],
        decoded: Sequence[Event],
        trace_parents: Sequence[str | None],
        oldest: Mapping[UUID, Position],
    ) -> None:
        """In one trip: for each session one message, whatever has changed in it."""
        changes = defaultdict[UUID, list[SeatMessage]](list)
        async with self._redis.pipeline(transaction=False) as pipe:
            for event, each, trace_parent in zip(
                events, decoded, trace_parents, strict=True
            ):
                # An event has no prices of other types than the default one.
                if isinstance(each, SessionEvent | SeatsRepriced):
                    pipe.publish(seat_channel(event.session_id), RESYNC)
                elif change := each.seat_change:
                    position = oldest.get(event.session_id, change.position)
                    position = min(position, change.position)
                    message = SeatMessage(
                        change=replace(change, position=position),
                        time=event.time,
                        trace_parents=(trace_parent,) if trace_parent else (),
                    )
                    changes[event.session_id].append(message)
                if each.reservation_id:
                    pipe.publish(reservation_channel(each.reservation_id), event.type)
            for session_id, messages in changes.items():
                merged = SeatMessage.merged(messages)
                pipe.publish(seat_channel(session_id), merged.encode())
                pipe.pexpire(count_key(session_id), OUTDATED_MS, lt=True)
            await pipe.execute()

    async def on_dead_letter(self, session_key: str, event: CloudEvent | None) -> None:
        """What changed is unknown: the session's watchers read the whole map again."""
        await self._redis.publish(seat_channel(session_key), RESYNC)
        await self._redis.pexpire(count_key(session_key), OUTDATED_MS, lt=True)
        if event:
            await confirm(self._pool, [event.id], self.name)
