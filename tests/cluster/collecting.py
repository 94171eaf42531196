"""Puts the evidence of a run together, once all is quiet."""

import time
from collections.abc import Collection
from copy import deepcopy

import orjson

from persistence.postgres.pool import Pool
from realtime.broker import ALL_TOPICS, Kafka
from realtime.topic_reading import read_topics
from tests.cluster.evidence import Evidence, TopicRecord
from tests.cluster.witness import Witness, microseconds
from tests.cluster.workload.crowd import Crowd


async def clock_offset(pool: Pool) -> float:
    """Of several answers, the quickest one's."""
    quickest = (float("inf"), 0.0)
    for _ in range(9):
        asked = time.monotonic()
        theirs = microseconds(await pool.fetchval("SELECT clock_timestamp()")) / 1e6
        answered = time.monotonic()
        took = answered - asked
        quickest = min(quickest, (took, theirs - asked - took / 2))
    return quickest[1]


async def collect(
    witness: Witness, kafka: Kafka, crowd: Crowd, sessions: list[str], slowness: float
) -> Evidence:
    """Without what only the run itself knows: the trouble, and the clocks."""
    records = await _records(kafka, set(sessions))
    rows = await witness.read(sessions)
    return Evidence(
        operations=crowd.operations,
        # As they are now: to be told to leave is no silence.
        watchers=deepcopy([watcher.story for watcher in crowd.watchers]),
        records=records,
        clock_offset=0.0,
        slowness=slowness,
        **rows,
    )


async def _records(kafka: Kafka, sessions: Collection[str]) -> list[TopicRecord]:
    found = []
    async for record in read_topics(kafka, ALL_TOPICS):
        if not record.value:  # a marker
            continue
        told = orjson.loads(record.value)
        if told["partitionkey"] in sessions:
            found.append(
                TopicRecord(
                    topic=record.topic,
                    partition=record.partition,
                    offset=record.offset,
                    event=told["id"],
                    session=told["partitionkey"],
                )
            )
    return found
