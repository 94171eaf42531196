"""When a consumer asks its broker for events."""

import asyncio
from collections.abc import Collection

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener

from realtime.hub import Listener
from realtime.topics import RESYNC
from runtime.back_off import BackOff

BATCH_SIZE = 500
LONG_MS = 500
# When no wake-up comes: soon after the last one, in case that the answer to its fetch
# came too late, then ever more rarely.
FIRST_POLL_SECONDS = 0.05
POLL_SECONDS = 1.0
# The embedded broker answers within 4 ms, on a busy machine much later. An answer that
# comes too late is kept for the next fetch.
WOKEN_MS = 50
POLL_MS = 3
GAP_SECONDS = 0.01  # from one fetch to the next: a crowd's events come in batches


class AssignmentWakeup(ConsumerRebalanceListener):  # type: ignore[misc] # untyped
    """Events may wait in partitions that the consumer has just got."""

    def __init__(self, wakeups: Listener) -> None:
        self._wakeups = wakeups

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Nothing to do: what was not committed comes again, see consumer.py."""

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self._wakeups.take(RESYNC)


class Fetches:
    """Without `wakeups` there is always a fetch, which the broker answers in time.

    With them all partitions are paused until the relay has sent something: aiokafka
    sends one fetch after the other for partitions that are not paused.
    """

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        name: str,
        wakeups: Listener | None,
    ) -> None:
        self._consumer = consumer
        self._wakeups = wakeups
        self._concern_us = {RESYNC, name.encode()}
        self._polls = BackOff(FIRST_POLL_SECONDS, POLL_SECONDS)
        self._fetched_at = 0.0
        self._more = False  # the last batch was full

    async def next_batch(self) -> list[ConsumerRecord]:
        """Empty when nothing comes for a while."""
        if self._wakeups is None:
            return await self._fetched(LONG_MS)
        if not self._more:
            await asyncio.sleep(self._fetched_at + GAP_SECONDS - _now())
        woken = self._more or await self._wakeups.woken(
            self._polls.next_delay(), by=self._concern_us
        )
        if woken:
            self._polls.reset()
        self._consumer.resume(*self._consumer.assignment())
        batch = await self._fetched(WOKEN_MS if woken else POLL_MS)
        self._consumer.pause(*self._consumer.assignment())
        self._fetched_at = _now()
        self._more = len(batch) == BATCH_SIZE
        return batch

    async def _fetched(self, timeout_ms: int) -> list[ConsumerRecord]:
        batches: dict[TopicPartition, list[ConsumerRecord]]
        batches = await self._consumer.getmany(
            timeout_ms=timeout_ms, max_records=BATCH_SIZE
        )
        return [record for batch in batches.values() for record in batch]


def _now() -> float:
    return asyncio.get_running_loop().time()
