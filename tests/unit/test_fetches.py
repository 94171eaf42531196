"""Consumers of the embedded broker fetch when there is something, not in between."""

import asyncio
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from realtime import fetches as fetching
from realtime.fetches import AssignmentWakeup, Fetches
from realtime.hub import Listener
from realtime.topics import RESYNC
from tests.support.asgi_socket import settle

PLACE = TopicPartition("reservations", 0)
HOUR = 3_600.0


class FakeConsumer:
    """Has the records; notes whether it may fetch, and how long."""

    def __init__(self, *records: str) -> None:
        self.records = list(records)
        self.paused = False
        self.timeouts: list[int] = []

    def assignment(self) -> set[TopicPartition]:
        return {PLACE}

    def resume(self, *_: TopicPartition) -> None:
        self.paused = False

    def pause(self, *_: TopicPartition) -> None:
        self.paused = True

    async def getmany(
        self, *, timeout_ms: int, max_records: int
    ) -> dict[TopicPartition, list[Any]]:
        assert timeout_ms > 0
        assert not self.paused
        self.timeouts.append(timeout_ms)
        taken = self.records[:max_records]
        self.records = self.records[max_records:]
        return {PLACE: taken} if taken else {}


@pytest.fixture(autouse=True)
def no_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "FIRST_POLL_SECONDS", HOUR)
    monkeypatch.setattr(fetching, "POLL_SECONDS", HOUR)


def fetches(consumer: FakeConsumer, wakeups: Listener | None) -> Fetches:
    return Fetches(cast("AIOKafkaConsumer", consumer), "fanout", wakeups)


@pytest.mark.parametrize(
    "message", [b"fanout", pytest.param(RESYNC, id="a gap of Redis")]
)
async def test_it_fetches_once_for_each_wakeup(message: bytes) -> None:
    consumer, wakeups = FakeConsumer("event"), Listener()
    consumer.pause(PLACE)
    batch = asyncio.create_task(fetches(consumer, wakeups).next_batch())
    await settle()
    assert not batch.done()

    wakeups.take(message)

    assert await batch == ["event"]
    assert (len(consumer.timeouts), consumer.paused) == (1, True)


async def test_events_for_other_consumers_wake_nobody() -> None:
    consumer, wakeups = FakeConsumer("event"), Listener()
    batch = asyncio.create_task(fetches(consumer, wakeups).next_batch())

    wakeups.take(b"notices")
    await settle()

    assert not batch.done()
    assert not consumer.timeouts
    batch.cancel()


async def test_wakeups_of_the_same_moment_are_one_fetch() -> None:
    consumer, wakeups = FakeConsumer("first", "second"), Listener()
    ours = fetches(consumer, wakeups)
    wakeups.take(b"fanout")
    wakeups.take(b"fanout")

    assert await ours.next_batch() == ["first", "second"]
    following = asyncio.create_task(ours.next_batch())
    await settle()

    assert not following.done()
    assert len(consumer.timeouts) == 1
    following.cancel()


async def test_a_wakeup_soon_after_a_fetch_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetching, "FIRST_POLL_SECONDS", 0.01)
    monkeypatch.setattr(fetching, "GAP_SECONDS", 0.05)
    consumer, wakeups = FakeConsumer("first", "second"), Listener()
    ours = fetches(consumer, wakeups)
    wakeups.take(b"fanout")
    await ours.next_batch()

    wakeups.take(b"fanout")
    await ours.next_batch()

    assert consumer.timeouts == [fetching.WOKEN_MS] * 2


async def test_more_than_a_batch_needs_no_other_wakeup() -> None:
    many = [str(number) for number in range(fetching.BATCH_SIZE + 1)]
    wakeups = Listener()
    ours = fetches(FakeConsumer(*many), wakeups)
    wakeups.take(b"fanout")

    assert len(await ours.next_batch()) == fetching.BATCH_SIZE
    assert await ours.next_batch() == many[-1:]


async def test_partitions_that_were_just_assigned_are_fetched() -> None:
    wakeups = Listener()
    batch = asyncio.create_task(fetches(FakeConsumer("event"), wakeups).next_batch())

    AssignmentWakeup(wakeups).on_partitions_assigned([PLACE])

    assert await batch == ["event"]


async def test_what_no_wakeup_told_of_is_found_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetching, "FIRST_POLL_SECONDS", 0.01)

    assert await fetches(FakeConsumer("event"), Listener()).next_batch() == ["event"]


async def test_a_broker_that_waits_is_asked_without_a_wakeup() -> None:
    consumer = FakeConsumer("event")

    assert await fetches(consumer, None).next_batch() == ["event"]
    assert not consumer.paused
