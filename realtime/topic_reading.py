"""Read whole topics, for operators: without a consumer group."""

from collections.abc import AsyncIterator, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from realtime.broker import REQUEST_TIMEOUT_MS, Kafka, running

# The embedded broker does not report where a topic ends: it ends when nothing comes.
QUIET_MS = 1_000


async def read_topics(
    kafka: Kafka, topics: Sequence[str]
) -> AsyncIterator[ConsumerRecord]:
    """Every record, each partition in order. Raises KafkaError."""
    partitions = await _partitions(kafka, topics)
    if not partitions:
        return
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap_servers,
        enable_auto_commit=False,
        fetch_max_wait_ms=kafka.fetch_wait_ms,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
    )
    async with running(consumer):
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        while batches := await consumer.getmany(timeout_ms=QUIET_MS):
            for batch in batches.values():
                for record in batch:
                    yield record


async def _partitions(kafka: Kafka, topics: Sequence[str]) -> list[TopicPartition]:
    """Of the topics that exist: a request by name may create the others."""
    admin = AIOKafkaAdminClient(
        bootstrap_servers=kafka.bootstrap_servers, request_timeout_ms=REQUEST_TIMEOUT_MS
    )
    try:
        await admin.start()
        there = set(await admin.list_topics())
        described = await admin.describe_topics(sorted(there.intersection(topics)))
    finally:
        await admin.close()
    return [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in described
        for partition in topic["partitions"]
    ]
