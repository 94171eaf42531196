"""Kafka -> a handler: at least once, in order, and past whatever cannot be handled."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, KafkaError, MessageSizeTooLargeError

from persistence.outages import is_unavailable
from realtime import metrics
from realtime.broker import MARKER, Kafka, heed_cancellation
from realtime.cloud_event import CloudEvent, MalformedEventError
from realtime.topics import dead_letters
from runtime.back_off import BackOff
from telemetry import origin
from telemetry.spans import spans

logger = logging.getLogger(__name__)

BATCH_SIZE = 500
ATTEMPTS = 3  # at an event that fails for a reason of its own
FIRST_DELAY = 0.05  # seconds
LONGEST_DELAY = 2.0


def is_transient(error: Exception) -> bool:
    """Somebody is away or overloaded. It is waited for: no event is to blame."""
    if isinstance(error, KafkaError):
        return not isinstance(error, MessageSizeTooLargeError)
    return is_unavailable(error)


class Handler(Protocol):
    """`name` is the consumer group, and how the outbox knows it."""

    @property
    def name(self) -> str: ...

    @property
    def topics(self) -> tuple[str, ...]: ...

    async def handle(self, events: Sequence[CloudEvent]) -> None:
        """All of them or none; each may come again. Confirms them in the outbox."""

    async def give_up(self, session_key: str, event: CloudEvent | None) -> None:
        """It went to the dead letters; None: it could not even be read."""


class Consumer:
    def __init__(self, kafka: Kafka, handler: Handler) -> None:
        self._kafka = kafka
        self._handler = handler

    async def run(self) -> None:
        back_off = BackOff(FIRST_DELAY, LONGEST_DELAY)
        while True:
            heed_cancellation()
            try:
                async with self._kafka.consumer(
                    self._handler.name, *self._handler.topics
                ) as consumer:
                    back_off.reset()
                    await self._consume(consumer)
            except (KafkaError, OSError) as error:
                logger.warning("%s: the broker is away: %r", self._handler.name, error)
            await back_off.wait()

    async def _consume(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            heed_cancellation()
            batches: dict[TopicPartition, list[ConsumerRecord]]
            batches = await consumer.getmany(timeout_ms=500, max_records=BATCH_SIZE)
            records = [record for batch in batches.values() for record in batch]
            if not records:
                continue
            await self.take(records)
            try:
                await consumer.commit()
            except CommitFailedError:
                # The group was shared out anew meanwhile: they come again, to
                # somebody, who finds them confirmed.
                logger.info("%s: offsets were not committed", self._handler.name)

    async def take(self, records: Sequence[ConsumerRecord]) -> None:
        """Returns when each is handled, or among the dead letters."""
        readable: list[tuple[ConsumerRecord, CloudEvent]] = []
        for record in records:
            if record.value in {None, MARKER}:
                continue
            try:
                readable.append((record, CloudEvent.decode(record.value)))
            except MalformedEventError as error:
                await self._bury(record, None, error)
        try:
            await self._handle([event for _, event in readable])
        except Exception as error:  # noqa: BLE001 # the one to blame is found below
            logger.warning("%s: one by one after %r", self._handler.name, error)
            for record, event in readable:
                with origin.on_behalf_of(event.request_id):
                    await self._handle_or_bury(record, event)

    async def _handle(self, events: Sequence[CloudEvent]) -> None:
        if not events:
            return
        with spans().each(
            "CONSUMER", f"{self._handler.name} handles", events
        ) as parents:
            # What comes of them is a child of what is done here.
            ours = [
                replace(event, trace_parent=parent)
                for event, parent in zip(events, parents, strict=True)
            ]
            await self._persist(lambda: self._handler.handle(ours))
            lag = metrics.HANDLED_LAG.labels(self._handler.name)
            for event in events:
                lag.observe(metrics.seconds_since(event.time))

    async def _persist(self, act: Callable[[], Awaitable[None]]) -> None:
        """As often as it takes while something is away; raises for other reasons."""
        back_off = BackOff(FIRST_DELAY, LONGEST_DELAY)
        while True:
            try:
                return await act()
            except Exception as error:
                if not is_transient(error):
                    raise
                logger.warning("%s waits: %r", self._handler.name, error)
            await back_off.wait()

    async def _handle_or_bury(self, record: ConsumerRecord, event: CloudEvent) -> None:
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
                    return await self._bury(record, event, error)
            await back_off.wait()
        return None

    async def _bury(
        self, record: ConsumerRecord, event: CloudEvent | None, why: Exception
    ) -> None:
        """Until it is done: nothing is dropped because the broker is away."""
        key = (record.key or b"").decode(errors="replace")

        async def bury() -> None:
            await self._send_to_dead_letters(record, why)
            await self._handler.give_up(key, event)

        await self._persist(bury)
        metrics.DEAD_LETTERS.labels(self._handler.name).inc()

    async def _send_to_dead_letters(
        self, record: ConsumerRecord, why: Exception
    ) -> None:
        async with self._kafka.producer() as producer:
            await producer.send_and_wait(
                dead_letters(record.topic),
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
