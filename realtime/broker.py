"""Producers, consumers and topics, with the settings that the promise needs."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from realtime.topics import PAYMENTS, RESERVATIONS, dead_letters

logger = logging.getLogger(__name__)

TOPICS = (RESERVATIONS, PAYMENTS, dead_letters(RESERVATIONS), dead_letters(PAYMENTS))
# A value that nobody's event has: the first writes to a fresh partition of the
# embedded broker may be lost when they come at once, so it is written to beforehand.
MARKER = b""
REQUEST_TIMEOUT_MS = 5_000
STOP_SECONDS = 2


def heed_cancellation() -> None:
    """Where a loop around aiokafka goes round.

    It ends its own tasks by cancelling and awaiting them, and takes a cancellation of
    ours that comes meanwhile for theirs: whoever wanted us to stop would wait for ever.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


@dataclass(frozen=True, slots=True, kw_only=True)
class Kafka:
    """Where the broker is, and what it can do."""

    bootstrap_servers: str
    idempotence: bool
    replication_factor: int
    partitions: int
    fetch_wait_ms: int
    session_timeout_ms: int

    @asynccontextmanager
    async def producer(self) -> AsyncIterator[AIOKafkaProducer]:
        producer = AIOKafkaProducer(
            bootstrap_servers=self.bootstrap_servers,
            acks="all",
            enable_idempotence=self.idempotence,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            linger_ms=0,
        )
        try:
            await producer.start()
            yield producer
        finally:
            with suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await producer.stop()

    @asynccontextmanager
    async def consumer(
        self, group: str, *topics: str
    ) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap_servers,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=self.fetch_wait_ms,
            session_timeout_ms=self.session_timeout_ms,
            heartbeat_interval_ms=self.session_timeout_ms // 4,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            # How soon a topic that a broker forgot and got back is found again.
            metadata_max_age_ms=2_000,
        )
        # By pattern: to ask for a topic by its name makes the embedded broker create
        # it, and when two do so at once it loses what was written in between.
        consumer.subscribe(pattern=f"^({'|'.join(topics)})$")
        try:
            await consumer.start()
            yield consumer
        finally:
            with suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await consumer.stop()

    async def ensure_topics(self) -> bool:
        """Make those that are missing, each partition with a marker in it.

        True: some were. Then it is a new broker, or one that has lost its memory.
        """
        admin = AIOKafkaAdminClient(
            bootstrap_servers=self.bootstrap_servers,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
        )
        try:
            await admin.start()
            missing = set(TOPICS) - set(await admin.list_topics())
            if missing:
                await self._create(admin, sorted(missing))
        finally:
            await admin.close()
        if missing:
            await self._mark(sorted(missing))
            logger.info("topics created: %s", ", ".join(sorted(missing)))
        return bool(missing)

    async def _create(self, admin: AIOKafkaAdminClient, names: list[str]) -> None:
        answer = await admin.create_topics(
            [
                NewTopic(
                    name=name,
                    num_partitions=self.partitions,
                    replication_factor=self.replication_factor,
                    topic_configs=self._topic_configs(),
                )
                for name in names
            ]
        )
        for name, code, *_ in answer.topic_errors:
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:  # another worker's
                raise error(name)

    def _topic_configs(self) -> dict[str, str]:
        """What is acknowledged is on all but one broker at least."""
        if self.replication_factor == 1:
            return {}
        return {"min.insync.replicas": str(self.replication_factor - 1)}

    async def _mark(self, names: list[str]) -> None:
        async with self.producer() as producer:
            for name in names:
                for partition in range(self.partitions):
                    await producer.send_and_wait(name, MARKER, partition=partition)
