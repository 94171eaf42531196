"""What operators read of Kafka is complete, however slowly the broker answers."""

from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from domain.events import TOPICS
from realtime import topic_reading
from realtime.broker import Kafka
from realtime.topic_reading import read_topics
from realtime.topics import dead_letters_of


class SlowConsumer(AIOKafkaConsumer):  # type: ignore[misc] # untyped
    """One record at a time, and after each of them nothing for a while.

    The ends are too low, as the embedded broker's are now and then.
    """

    _is_quiet = False

    async def getmany(self, **options: Any) -> Any:
        self._is_quiet = not self._is_quiet
        return await super().getmany(max_records=1, **options) if self._is_quiet else {}

    async def end_offsets(self, partitions: list[TopicPartition]) -> Any:
        return dict.fromkeys(partitions, 1)


async def test_the_last_records_are_read_though_the_broker_is_slow(
    kafka: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic_reading, "AIOKafkaConsumer", SlowConsumer)
    topic, key = dead_letters_of(TOPICS[0]), uuid4().bytes
    await kafka.ensure_topics()
    values = [f"{number}".encode() for number in range(20)]
    async with kafka.producer() as producer:
        for value in values:
            await producer.send_and_wait(topic, value, key=key)

    records = [record async for record in read_topics(kafka, [topic])]

    assert [each.value for each in records if each.key == key] == values
