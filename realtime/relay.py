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

from persistence.outages import is_unavailable
from persistence.sales.outbox import LEASE, Outbox, OutboxEvent
from realtime import metrics
from realtime.broker import Kafka, heed_cancellation
from realtime.cloud_event import CloudEvent
from realtime.hub import Hub, Listener
from realtime.topics import RELAY_WAKEUP
from runtime.back_off import BackOff
from telemetry.spans import spans

logger = logging.getLogger(__name__)

BATCH_SIZE = 500
POLL_SECONDS = 0.1  # when no wakeup comes
RENEW_SECONDS = 1.0
RELEASE_SECONDS = 1.0
TOPICS_SECONDS = 1.0  # how soon a broker that came back empty is noticed
STANDBY_SECONDS = 0.05  # until it asks again for the lease of another


class LeaseLostError(Exception):
    """We were held up for so long that another relay may be at work: send nothing."""


class BrokerForgotError(Exception):
    """It acknowledged an offset that it had given away before: it came back empty."""


class Relay:
    """Killed between sending and marking, it sends again: consumers know it."""

    def __init__(self, outbox: Outbox, kafka: Kafka, hub: Hub) -> None:
        self._outbox = outbox
        self._kafka = kafka
        self._hub = hub
        self._id = uuid4()
        self._renewed = -math.inf
        self._offsets: dict[tuple[str, int], int] = {}  # the last one acknowledged

    async def run(self) -> None:
        delay, back_off = STANDBY_SECONDS, BackOff(2 * STANDBY_SECONDS, 2.0)
        metrics.RELAY_LEADS.set_function(lambda: float(self._leads()))
        async with self._releasing(), self._hub.listen(RELAY_WAKEUP) as wakeups:
            while True:
                heed_cancellation()
                try:
                    if await self._has_lease():
                        await self._ensure_topics()
                        async with self._kafka.producer() as producer:
                            delay = STANDBY_SECONDS
                            back_off.reset()
                            await self._relay(producer, wakeups)
                except LeaseLostError:
                    logger.warning("the relay was held up; another one may go on")
                except BrokerForgotError:
                    logger.warning("the broker came back empty; events are sent again")
                    await self._start_over()
                except KafkaError as error:
                    logger.warning("the broker is away, events wait: %r", error)
                    delay = back_off.next_delay()
                except Exception as error:
                    if not is_unavailable(error):
                        raise
                    logger.warning("no relay without Postgres: %r", error)
                    delay = back_off.next_delay()
                await asyncio.sleep(delay)

    @asynccontextmanager
    async def _releasing(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            with suppress(Exception):  # it ends by itself, soon
                async with asyncio.timeout(RELEASE_SECONDS):
                    await self._outbox.release_lease(self._id)
                    self._renewed = -math.inf

    async def _relay(self, producer: AIOKafkaProducer, wakeups: Listener) -> None:
        """As long as the lease is ours: only its holder creates topics, too."""
        checked = time.monotonic()
        while await self._has_lease():
            heed_cancellation()
            if await self.relay_batch(producer):
                continue
            if time.monotonic() - checked > TOPICS_SECONDS:
                await self._ensure_topics()
                checked = time.monotonic()
            # Not wait_for: up to Python 3.11 it swallows a cancellation that comes at
            # the same moment as a wakeup, and the relay would never end.
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await wakeups.next_burst()

    async def relay_batch(self, producer: AIOKafkaProducer) -> int:
        """How many were sent. Whatever fails, the whole batch is sent again."""
        events = await self._outbox.due(self._id, BATCH_SIZE)
        if events:
            with spans().each("PRODUCER", "send", events) as parents:
                sent = [
                    await self._send(producer, event, parent)
                    for event, parent in zip(events, parents, strict=True)
                ]
                for acknowledged in await asyncio.gather(*sent):
                    self._remember(acknowledged)
            await self._outbox.mark_sent([event.position for event in events])
            _count(events)
        return len(events)

    def _remember(self, sent: RecordMetadata) -> None:
        """Raises BrokerForgotError.

        The producer reconnects silently, and the embedded broker takes records for
        topics that it does not have any more; only the offsets give it away. A marker
        has the first offset of each partition.
        """
        partition = (sent.topic, sent.partition)
        if sent.offset < 0:  # the broker knew it for a repeat of the producer's
            return
        if sent.offset <= self._offsets.get(partition, 0):
            raise BrokerForgotError
        self._offsets[partition] = sent.offset

    async def _ensure_topics(self) -> None:
        if await self._kafka.ensure_topics():
            await self._start_over()

    async def _start_over(self) -> None:
        self._offsets.clear()
        await self._outbox.send_again()

    async def _has_lease(self) -> bool:
        """Renewed in good time; `due` judges it once more for every batch.

        Between that and the sending we may be frozen, so each event is sent by our own
        clock: it counts from before the database was asked, and goes on meanwhile.
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
        told = CloudEvent(
            id=event.id,
            type=event.type,
            time=event.created_at,
            session_id=event.session_id,
            data=event.data,
            request_id=event.request_id,
            trace_parent=trace_parent,
        )
        acknowledged: asyncio.Future[RecordMetadata] = await producer.send(
            event.topic, told.encode(), key=str(event.session_id).encode()
        )
        return acknowledged


def _count(events: Sequence[OutboxEvent]) -> None:
    for event in events:
        if event.sends:
            metrics.RELAYED_AGAIN.inc()
        else:
            metrics.RELAYED_FIRST.inc()
            metrics.RELAY_LAG.observe(metrics.seconds_since(event.created_at))
