"""Kafka producers, consumers and topics, with settings that lose no event."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from domain.events import TOPICS
from realtime.topics import dead_letters_of

logger = logging.getLogger(__name__)

ALL_TOPICS = (*TOPICS, *map(dead_letters_of, TOPICS))
# The first record of every partition; no event is empty. Concurrent first writes to a
# fresh partition of the embedded broker may be lost, so we write one record beforehand.
MARKER = b""
REQUEST_TIMEOUT_MS = 5_000
STOP_SECONDS = 2
# The embedded broker answers after this time, also when it has found events at once.
SHORTEST_FETCH_MS = 1
# So the events of a crowd need few requests. The default, 16 KiB, is some 20 events.
# Brokers accept 1 MiB.
BATCH_BYTES = 256 * 1024


@asynccontextmanager
async def running(client: AIOKafkaProducer | AIOKafkaConsumer) -> AsyncIterator[None]:
    """A start() that fails leaks connections unless stop() is called as well.

    So does a stop() that takes too long: it waits for a broker that is slow or frozen,
    and would close its connections last.
    """
    try:
        await start(client)
        yield
    finally:
        with suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await client.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await _connections_of(client).close()


async def start(
    client: AIOKafkaProducer | AIOKafkaConsumer | AIOKafkaAdminClient,
) -> None:
    """To its end, also when we are cancelled: half a start loses its connection."""
    starting = asyncio.create_task(client.start())
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait({starting}, timeout=STOP_SECONDS)
        if not starting.cancel():
            starting.exception()  # which nobody asks for any more
        raise


def _connections_of(client: AIOKafkaProducer | AIOKafkaConsumer) -> AIOKafkaClient:
    if isinstance(client, AIOKafkaProducer):
        return client.client
    return client._client  # noqa: SLF001 # it has no other name for them


@dataclass(frozen=True, slots=True, kw_only=True)
class Kafka:
    """Addresses of the brokers, and settings that depend on them."""

    bootstrap_servers: str
    idempotence: bool
    replication_factor: int
    partitions: int
    # How long a broker may wait for an event before it answers a fetch. 0: it cannot
    # wait, so consumers ask it when the relay says that there is something.
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
            max_batch_size=BATCH_BYTES,
        )
        async with running(producer):
            yield producer

    @asynccontextmanager
    async def consumer(
        self,
        group: str,
        *topics: str,
        listener: ConsumerRebalanceListener | None = None,
    ) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap_servers,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=max(self.fetch_wait_ms, SHORTEST_FETCH_MS),
            session_timeout_ms=self.session_timeout_ms,
            heartbeat_interval_ms=self.session_timeout_ms // 4,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            # A topic that a broker lost and got back is found again after this time.
            metadata_max_age_ms=2_000,
        )
        # By pattern: asking for a topic by name makes the embedded broker create it,
        # and two concurrent creations lose what was written in between.
        consumer.subscribe(pattern=f"^({'|'.join(topics)})$", listener=listener)
        async with running(consumer):
            yield consumer

    async def lacks_topics(self, producer: AIOKafkaProducer) -> bool:
        """Asks over the producer's connection, which costs less than another client."""
        there = await producer.client.fetch_all_metadata()
        return not there.topics().issuperset(ALL_TOPICS)

    async def ensure_topics(self) -> bool:
        """Creates missing topics, with a marker in each partition.

        True if some were missing: the broker is new, or has lost its data.
        """
        admin = AIOKafkaAdminClient(
            bootstrap_servers=self.bootstrap_servers,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
        )
        try:
            await start(admin)
            missing = set(ALL_TOPICS) - set(await admin.list_topics())
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
            if code and error is not TopicAlreadyExistsError:  # by another worker
                raise error(name)

    def _topic_configs(self) -> dict[str, str]:
        """An acknowledged event is on all brokers but one at least."""
        if self.replication_factor == 1:
            return {}
        return {"min.insync.replicas": str(self.replication_factor - 1)}

    async def _mark(self, names: list[str]) -> None:
        async with self.producer() as producer:
            for name in names:
                for partition in range(self.partitions):
                    await producer.send_and_wait(name, MARKER, partition=partition)
