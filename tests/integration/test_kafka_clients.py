"""Clients of Kafka leave no connection behind, however they are stopped."""

import asyncio
import gc
import warnings
from typing import Any

import pytest

from domain.events import TOPICS
from realtime import broker
from realtime.broker import MARKER, Kafka


@pytest.fixture
async def ready(kafka: Kafka, monkeypatch: pytest.MonkeyPatch) -> Kafka:
    await kafka.ensure_topics()
    monkeypatch.setattr(broker, "STOP_SECONDS", 0.5)
    return kafka


async def never() -> None:
    await asyncio.Event().wait()


def open_connections(client: Any) -> list[Any]:
    return [each for each in client._conns.values() if each.connected()]


async def test_a_consumer_whose_stop_takes_too_long_is_disconnected(
    ready: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a broker that does not answer while it leaves its group."""
    async with ready.consumer("stops", *TOPICS) as consumer:
        await consumer.getmany(timeout_ms=1)
        assert open_connections(consumer._client)
        monkeypatch.setattr(consumer, "stop", never)

    assert not open_connections(consumer._client)
    monkeypatch.undo()
    await consumer.stop()


async def test_a_producer_whose_stop_takes_too_long_is_disconnected(
    ready: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ready.producer() as producer:
        await producer.send_and_wait(TOPICS[0], MARKER, partition=0)
        assert open_connections(producer.client)
        monkeypatch.setattr(producer, "stop", never)

    assert not open_connections(producer.client)
    monkeypatch.undo()
    await producer.stop()


async def test_a_start_that_is_cancelled_leaves_no_connection(ready: Kafka) -> None:
    """Whenever it is: the connection that is just being opened is known to nobody."""

    async def use() -> None:
        async with ready.producer():
            pass

    with warnings.catch_warnings(record=True) as left:
        warnings.simplefilter("always", ResourceWarning)
        for number in range(40):
            using = asyncio.create_task(use())
            await asyncio.sleep(number / 10_000)
            using.cancel()
            await asyncio.gather(using, return_exceptions=True)
        gc.collect()

    assert [str(each.message) for each in left] == []
