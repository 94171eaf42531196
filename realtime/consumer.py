"""Kafka -> a handler: at least once, in order; bad events go to the dead letters."""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import CommitFailedError, KafkaError, MessageSizeTooLargeError

from persistence.outages import is_unavailable
from realtime import metrics
from realtime.broker import Kafka
from realtime.cloud_event import CloudEvent, MalformedEventError
from realtime.fetches import AssignmentWakeup, Fetches
from realtime.hub import Hub, Listener
from realtime.topics import EVENTS_SENT, dead_letters_of
from runtime.back_off import BackOff
from runtime.supervision import raise_if_cancelled
from telemetry import origin
from telemetry.spans import spans

logger = logging.getLogger(__name__)

ATTEMPTS = 3  # for an event that fails while all servers are available
FIRST_DELAY = 0.05  # seconds
LONGEST_DELAY = 2.0
# From one commit of offsets to the next, which costs as much as a fetch. What was not
# committed comes again after a restart, and is found confirmed.
COMMIT_SECONDS = 1.0


def is_transient(error: Exception) -> bool:
    """A server is unavailable or overloaded, and the event is not the cause."""
    if isinstance(error, KafkaError):
        return not isinstance(error, MessageSizeTooLargeError)
    return is_unavailable(error)


class Handler(Protocol):
    """`name` is the consumer group, and the name in the outbox's `awaiting`."""

    @property
    def name(self) -> str: ...

    @property
    def topics(self) -> tuple[str, ...]: ...

    async def handle(self, events: Sequence[CloudEvent]) -> None:
        """All events or none; each may come again. Confirms them in the outbox."""

    async def on_dead_letter(self, session_key: str, event: CloudEvent | None) -> None:
        """After the event went to the dead letters; None if it was unreadable."""


class Consumer:
    def __init__(self, kafka: Kafka, handler: Handler, hub: Hub) -> None:
        self._kafka = kafka
        self._handler = handler
        self._hub = hub

    async def run(self) -> None:
        waits = self._kafka.fetch_wait_ms > 0
        async with nullcontext() if waits else self._hub.listen(EVENTS_SENT) as wakeups:
            await self._run(wakeups)

    async def _run(self, wakeups: Listener | None) -> None:
        name, topics = self._handler.name, self._handler.topics
        listener = AssignmentWakeup(wakeups) if wakeups else None
        back_off = BackOff(FIRST_DELAY, LONGEST_DELAY)
        while True:
            raise_if_cancelled()
            try:
                async with self._kafka.consumer(
                    name, *topics, listener=listener
                ) as consumer:
                    back_off.reset()
                    await self._consume(consumer, Fetches(consumer, name, wakeups))
            except (KafkaError, OSError) as error:
                logger.warning("%s: the broker is unavailable: %r", name, error)
            await back_off.wait()

    async def _consume(self, consumer: AIOKafkaConsumer, fetches: Fetches) -> None:
        uncommitted, commit_at = False, time.monotonic()
        while True:
            raise_if_cancelled()
            if records := await fetches.next_batch():
                await self.process(records)
                uncommitted = True
            if uncommitted and time.monotonic() >= commit_at:
                await self._commit(consumer)
                uncommitted, commit_at = False, time.monotonic() + COMMIT_SECONDS

    async def _commit(self, consumer: AIOKafkaConsumer) -> None:
        try:
            await consumer.commit()
        except CommitFailedError:
            # After a rebalance the records come again, to some consumer.
            logger.info("%s: offsets were not committed", self._handler.name)

    async def process(self, records: Sequence[ConsumerRecord]) -> None:
        """Returns when each record is handled or among the dead letters."""
        readable: list[tuple[ConsumerRecord, CloudEvent]] = []
        for record in records:
            if not record.value:  # a marker
                continue
            try:
                readable.append((record, CloudEvent.decode(record.value)))
            except MalformedEventError as error:
                await self._dead_letter(record, None, error)
        try:
            await self._handle([event for _, event in readable])
        except Exception as error:  # noqa: BLE001 # the loop below finds the event that fails
            logger.warning("%s: one by one after %r", self._handler.name, error)
            for record, event in readable:
                with origin.on_behalf_of(event.request_id):
                    await self._handle_or_dead_letter(record, event)

    async def _handle(self, events: Sequence[CloudEvent]) -> None:
        if not events:
            return
        with spans().each(
            "CONSUMER", f"{self._handler.name} handles", events
        ) as parents:
            # What follows from an event is a child of our span.
            traced = [
                event
                if parent == event.trace_parent
                else replace(event, trace_parent=parent)
                for event, parent in zip(events, parents, strict=True)
            ]
            await self._retry_while_unavailable(lambda: self._handler.handle(traced))
            lag = metrics.HANDLED_LAG.labels(self._handler.name)
            for event in events:
                lag.observe(metrics.seconds_since(event.time))

    async def _retry_while_unavailable(
        self, act: Callable[[], Awaitable[None]]
    ) -> None:
        """Retries while a server is unavailable; raises all other errors."""
        back_off = BackOff(FIRST_DELAY, LONGEST_DELAY)
        while True:
            try:
                return await act()
            except Exception as error:
                if not is_transient(error):
                    raise
                logger.warning("%s waits: %r", self._handler.name, error)
            await back_off.wait()

    async def _handle_or_dead_letter(
        self, record: ConsumerRecord, event: CloudEvent
    ) -> None:
        back_off = BackOff(2 * FIRST_DELAY, LONGEST_DELAY)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._handle([event])
            except Exception as error:
                if attempt == ATTEMPTS:
                    logger.exception(
                        "an event goes to the dead letters",
                        extra={"consumer": self._handler.name, "event": str(event.id)},
                    )
                    return await self._dead_letter(record, event, error)
            await back_off.wait()
        return None

    async def _dead_letter(
        self, record: ConsumerRecord, event: CloudEvent | None, why: Exception
    ) -> None:
        """Retries until it is done: an unavailable broker must not drop an event."""
        key = (record.key or b"").decode(errors="replace")

        async def send_and_report() -> None:
            await self._send_to_dead_letters(record, why)
            await self._handler.on_dead_letter(key, event)

        await self._retry_while_unavailable(send_and_report)
        metrics.DEAD_LETTERS.labels(self._handler.name).inc()

    async def _send_to_dead_letters(
        self, record: ConsumerRecord, why: Exception
    ) -> None:
        async with self._kafka.producer() as producer:
            await producer.send_and_wait(
                dead_letters_of(record.topic),
                record.value,
                key=record.key,
                headers=[
                    ("consumer", self._handler.name.encode()),
                    ("reason", repr(why)[:1_000].encode()),
                    ("topic", record.topic.encode()),
                    ("partition", str(record.partition).encode()),
                    ("offset", str(record.offset).encode()),
                ],
            )
