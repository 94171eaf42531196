"""Collects the evidence of a run once nothing happens any more."""

import asyncio
import time
from collections.abc import Collection
from copy import deepcopy

import orjson

from persistence.postgres.pool import Pool
from realtime.broker import ALL_TOPICS, Kafka
from realtime.topic_reading import read_topics
from tests.cluster.evidence import Evidence, TopicRecord
from tests.cluster.row_readers import microseconds
from tests.cluster.witness import Witness
from tests.cluster.workload.clients import Clients

EXTENSION_SECONDS = 30.0
# Times the slowness:
CONFIRMATION_SECONDS = 10.0
LATEST_COUNT_SECONDS = 1.5  # from an event to `availability`


async def clock_offset(pool: Pool) -> float:
    """Seconds from our clock to the database's, by the quickest of nine reads."""
    quickest = (float("inf"), 0.0)
    for _ in range(9):
        sent = time.monotonic()
        theirs = microseconds(await pool.fetchval("SELECT clock_timestamp()")) / 1e6
        answered = time.monotonic()
        took = answered - sent
        quickest = min(quickest, (took, theirs - sent - took / 2))
    return quickest[1]


async def until_finished(
    witness: Witness, sessions: list[str], slowness: float
) -> None:
    """Or until it is clear that something never finishes."""
    bound = EXTENSION_SECONDS + CONFIRMATION_SECONDS * slowness
    until = time.monotonic() + bound
    while time.monotonic() < until and await witness.has_unfinished(sessions):  # noqa: ASYNC110 # it is in Postgres
        await asyncio.sleep(0.5)
    await asyncio.sleep(LATEST_COUNT_SECONDS * slowness)


async def collect(
    witness: Witness,
    kafka: Kafka,
    clients: Clients,
    sessions: list[str],
    slowness: float,
) -> Evidence:
    """All but the disturbance and the clock offset, which the run adds."""
    records = await _records(kafka, set(sessions))
    rows = await witness.read(sessions)
    availabilities = await clients.availabilities()
    return Evidence(
        operations=clients.operations,
        # A copy: stopping the watchers later must not look like a lost connection.
        watchers=deepcopy([watcher.log for watcher in clients.watchers]),
        records=records,
        clock_offset=0.0,
        slowness=slowness,
        availabilities=availabilities,
        listings=await clients.listings(rows["sessions"]),
        **rows,
    )


async def _records(kafka: Kafka, sessions: Collection[str]) -> list[TopicRecord]:
    found = []
    async for record in read_topics(kafka, ALL_TOPICS):
        if not record.value:  # a marker
            continue
        event = orjson.loads(record.value)
        if event["partitionkey"] in sessions:
            found.append(
                TopicRecord(
                    topic=record.topic,
                    partition=record.partition,
                    offset=record.offset,
                    event=event["id"],
                    session=event["partitionkey"],
                )
            )
    return found
