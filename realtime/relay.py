"""Outbox -> Kafka: in order, at least once, by one relay at a time."""

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata
from redis.asyncio import Redis

from persistence.outages import is_unavailable
from persistence.sales.outbox import LEASE, Outbox, OutboxEvent
from realtime import metrics
from realtime.broker import Kafka
from realtime.cloud_event import CloudEvent
from realtime.hub import Hub, Listener
from realtime.topics import EVENTS_SENT, RELAY_RELEASED, RELAY_WAKEUP
from realtime.wakeups import RedisWakeup
from runtime.back_off import BackOff
from runtime.supervision import raise_if_cancelled
from telemetry.spans import spans

logger = logging.getLogger(__name__)

BATCH_SIZE = 500
GAP_SECONDS = 0.01  # from one batch to the next: a crowd's events come in batches
POLL_SECONDS = 0.5  # when no wake-up comes
RENEW_SECONDS = 1.0
RELEASE_SECONDS = 1.0
TOPICS_SECONDS = 1.0  # how soon a broker that came back empty is noticed
STANDBY_SECONDS = 0.05  # from one request for the lease to the next, at least


class LeaseLostError(Exception):
    """Our lease has expired, and another relay may be at work: send nothing."""


class BrokerLostDataError(Exception):
    """It acknowledged an offset for the second time: it came back empty."""


class Relay:
    """Killed between sending and marking it sends twice; consumers are idempotent."""

    def __init__(self, outbox: Outbox, kafka: Kafka, hub: Hub, redis: "Redis") -> None:
        self._outbox = outbox
        self._kafka = kafka
        self._hub = hub
        self._redis = redis
        self._consumers: dict[str, RedisWakeup] = {}
        self._id = uuid4()
        self._renewed = -math.inf
        self._offsets: dict[tuple[str, int], int] = {}  # the last one acknowledged

    async def run(self) -> None:
        back_off = BackOff(2 * STANDBY_SECONDS, 2.0)
        metrics.RELAY_LEADS.set_function(lambda: float(self._leads()))
        async with self._releasing(), self._hub.listen(RELAY_WAKEUP) as wakeups:
            while True:
                raise_if_cancelled()
                try:
                    if await self._has_lease():
                        await self._ensure_topics()
                        async with self._kafka.producer() as producer:
                            back_off.reset()
                            await self._relay(producer, wakeups)
                    await self._stand_by()
                    continue
                except LeaseLostError:
                    logger.warning("the relay was too slow and lost its lease")
                except BrokerLostDataError:
                    logger.warning("the broker came back empty; events are sent again")
                    await self._send_all_again()
                except KafkaError as error:
                    logger.warning("the broker is unavailable, events wait: %r", error)
                except Exception as error:
                    if not is_unavailable(error):
                        raise
                    logger.warning("no relay without Postgres: %r", error)
                await back_off.wait()

    @asynccontextmanager
    async def _releasing(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            with suppress(Exception):  # the lease expires soon
                async with asyncio.timeout(RELEASE_SECONDS):
                    await self._outbox.release_lease(self._id)
                    self._renewed = -math.inf
                    await self._hub.publish(RELAY_RELEASED, "1")

    async def _stand_by(self) -> None:
        """Until the lease is released, or ends: the relay at work renews it."""
        async with self._hub.listen(RELAY_RELEASED) as released:
            left = await self._outbox.lease_seconds()
            await released.woken(max(left, STANDBY_SECONDS))

    async def _relay(self, producer: AIOKafkaProducer, wakeups: Listener) -> None:
        """While we hold the lease. Only its holder may create topics."""
        checked = time.monotonic()
        while await self._has_lease():
            raise_if_cancelled()
            sent = await self.relay_batch(producer)
            if sent == BATCH_SIZE:
                continue
            if sent:
                await asyncio.sleep(GAP_SECONDS)
            elif time.monotonic() - checked > TOPICS_SECONDS:
                if await self._kafka.lacks_topics(producer):
                    await self._ensure_topics()
                checked = time.monotonic()
            await wakeups.woken(POLL_SECONDS)

    async def relay_batch(self, producer: AIOKafkaProducer) -> int:
        """The number of sent events. After a failure the batch is sent again."""
        events = await self._outbox.due(self._id, BATCH_SIZE)
        if events:
            with spans().each("PRODUCER", "send", events) as parents:
                sent = [
                    await self._send(producer, event, parent)
                    for event, parent in zip(events, parents, strict=True)
                ]
                for acknowledged in await asyncio.gather(*sent):
                    self._check_offset(acknowledged)
            self._wake_consumers(events)
            await self._outbox.mark_sent([event.position for event in events])
            _count(events)
        return len(events)

    def _wake_consumers(self, events: Sequence[OutboxEvent]) -> None:
        for name in {name for event in events for name in event.awaiting}:
            if name not in self._consumers:
                self._consumers[name] = RedisWakeup(self._redis, EVENTS_SENT, name)
            self._consumers[name].notify()

    def _check_offset(self, sent: RecordMetadata) -> None:
        """Raises BrokerLostDataError.

        The producer reconnects silently, and the embedded broker accepts records for
        topics that it has lost; only the offsets show it. Offset 0 of each partition is
        the marker's.
        """
        partition = (sent.topic, sent.partition)
        if sent.offset < 0:  # a retry of the producer that the broker recognised
            return
        if sent.offset <= self._offsets.get(partition, 0):
            raise BrokerLostDataError
        self._offsets[partition] = sent.offset

    async def _ensure_topics(self) -> None:
        if await self._kafka.ensure_topics():
            await self._send_all_again()

    async def _send_all_again(self) -> None:
        self._offsets.clear()
        await self._outbox.send_again()

    async def _has_lease(self) -> bool:
        """Renews the lease in time; `due` checks it again for every batch.

        We may be frozen between `due` and the sending, so _send also checks our own
        clock. It counts from before the renewal, so it ends before the lease does.
        """
        now = time.monotonic()
        if now - self._renewed > RENEW_SECONDS:
            if not await self._outbox.renew_lease(self._id):
                return False
            self._renewed = now
        return True

    def _leads(self) -> bool:
        return time.monotonic() - self._renewed <= LEASE.total_seconds()

    async def _send(
        self,
        producer: AIOKafkaProducer,
        event: OutboxEvent,
        trace_parent: str | None,
    ) -> "asyncio.Future[RecordMetadata]":
        """Raises LeaseLostError."""
        if not self._leads():
            raise LeaseLostError
        message = CloudEvent(
            id=event.id,
            type=event.type,
            time=event.created_at,
            session_id=event.session_id,
            data=event.data,
            request_id=event.request_id,
            trace_parent=trace_parent,
        )
        acknowledged: asyncio.Future[RecordMetadata] = await producer.send(
            event.topic, message.encode(), key=str(event.session_id).encode()
        )
        return acknowledged


def _count(events: Sequence[OutboxEvent]) -> None:
    for event in events:
        if event.sends:
            metrics.RELAYED_AGAIN.inc()
        else:
            metrics.RELAYED_FIRST.inc()
            metrics.RELAY_LAG.observe(metrics.seconds_since(event.created_at))
