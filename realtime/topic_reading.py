"""Read whole topics, for operators: without a consumer group."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from realtime.broker import MARKER, REQUEST_TIMEOUT_MS, Kafka, running, start

POLL_MS = 1_000
FETCH_MS = 10  # the embedded broker takes all of it for each answer
PATIENCE_SECONDS = 30.0


async def read_topics(
    kafka: Kafka, topics: Sequence[str]
) -> AsyncIterator[ConsumerRecord]:
    """Every record that was there before, each partition in order.

    Raises KafkaError, and TimeoutError when a partition stays silent before its end.
    """
    partitions = await _partitions(kafka, topics)
    if not partitions:
        return
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap_servers,
        enable_auto_commit=False,
        fetch_max_wait_ms=max(kafka.fetch_wait_ms, FETCH_MS),
        request_timeout_ms=REQUEST_TIMEOUT_MS,
    )
    async with running(consumer):
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        unread = await _ends(kafka, consumer, partitions)
        clock = asyncio.get_running_loop().time
        last_record_at = clock()
        while unread := {
            partition: end
            for partition, end in unread.items()
            if await consumer.position(partition) < end
        }:
            batches = await consumer.getmany(timeout_ms=POLL_MS)
            for batch in batches.values():
                for record in batch:
                    yield record
            if batches:
                last_record_at = clock()
            elif clock() - last_record_at > PATIENCE_SECONDS:
                raise TimeoutError(f"no more records of {', '.join(topics)} came")


async def _ends(
    kafka: Kafka, consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]
) -> dict[TopicPartition, int]:
    """The embedded broker reports ends that are too low: there we write a marker."""
    if kafka.fetch_wait_ms > 0:
        ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
        return ends
    async with kafka.producer() as producer:
        written = [
            await producer.send_and_wait(topic, MARKER, partition=number)
            for topic, number in partitions
        ]
    return {
        TopicPartition(each.topic, each.partition): each.offset + 1 for each in written
    }


async def _partitions(kafka: Kafka, topics: Sequence[str]) -> list[TopicPartition]:
    """Of the topics that exist: a request by name may create the others."""
    admin = AIOKafkaAdminClient(
        bootstrap_servers=kafka.bootstrap_servers, request_timeout_ms=REQUEST_TIMEOUT_MS
    )
    try:
        await start(admin)
        there = set(await admin.list_topics())
        described = await admin.describe_topics(sorted(there.intersection(topics)))
    finally:
        await admin.close()
    return [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in described
        for partition in topic["partitions"]
    ]
