"""Metrics of operations, sockets and the process itself."""

import asyncio
import tomllib
from pathlib import Path

from prometheus_client import (
    Counter,
    Gauge,
    Histogram,
    Info,
    disable_created_metrics,
)

# It would be a second series for each counter, which nobody reads.
disable_created_metrics()  # type: ignore[no-untyped-call] # theirs

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

OPERATION_SECONDS = Histogram(
    "cinema_operation_duration_seconds",
    "Time to execute an operation; of a subscription, until its first result.",
    ["transport", "kind", "field", "outcome"],
    buckets=SECONDS,
)
REFUSALS = Counter(
    "cinema_refusals", "Problems in answers of mutations, by code.", ["code"]
)
ERRORS = Counter(
    "cinema_graphql_errors", "GraphQL errors in answers, by code.", ["code"]
)
for each in ("INTERNAL", "UNAVAILABLE"):
    ERRORS.labels(each)  # an alert needs a first 0

UNPLANNED = Counter(
    "cinema_unplanned_operations",
    "Operations without a plan, which graphql-core executes, by the reason.",
    ["reason"],
)

SOCKETS = Gauge("cinema_sockets", "WebSockets that are open.")
SOCKET_OPERATIONS = Gauge(
    "cinema_socket_operations",
    "Operations that run on WebSockets, mostly subscriptions.",
)
READS_WAITING = Gauge("cinema_reads_waiting", "Reads that wait for their turn.")
WATCHERS = Gauge("cinema_seat_map_watchers", "Subscriptions that share a seat map.")
SHARED_STREAMS = Gauge(
    "cinema_seat_map_streams", "Executions that serve these subscriptions."
)
_SLOW = Counter(
    "cinema_slow_watchers",
    "Sockets that were too slow: resynced with a new map, or closed.",
    ["then"],
)
SLOW_RESYNCED = _SLOW.labels("resynced")
SLOW_CLOSED = _SLOW.labels("closed")

LOOP_LAG = Histogram(
    "cinema_event_loop_lag_seconds",
    "How late the event loop wakes a sleeping task; every request waits that long.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)
LOOP_LAG_EVERY_SECONDS = 0.5

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
BUILD = Info("cinema_build", "The version that runs.")
BUILD.info({"version": tomllib.loads(PROJECT.read_text())["project"]["version"]})


async def watch_event_loop() -> None:
    clock = asyncio.get_running_loop().time
    while True:
        due = clock() + LOOP_LAG_EVERY_SECONDS
        await asyncio.sleep(LOOP_LAG_EVERY_SECONDS)
        LOOP_LAG.observe(max(0.0, clock() - due))
