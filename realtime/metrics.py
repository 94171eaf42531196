"""Metrics of the way from a commit to the watchers."""

import time
from datetime import datetime

from prometheus_client import Counter, Gauge, Histogram

from domain.account_events import NOTICES_CONSUMER
from domain.events import FANOUT_CONSUMER, PAYMENTS_CONSUMER

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)

_RELAYED = Counter(
    "cinema_relay_sends",
    "Events that Kafka acknowledged: sent for the first time, or again because a"
    " consumer had not confirmed them in time.",
    ["send"],
)
RELAYED_FIRST = _RELAYED.labels("first")
RELAYED_AGAIN = _RELAYED.labels("again")
RELAY_LEADS = Gauge(
    "cinema_relay_leads",
    "1 in the process whose relay holds the lease, by its own clock.",
)
# From Postgres's clock to ours: both machines need the right time.
RELAY_LAG = Histogram(
    "cinema_relay_lag_seconds",
    "From a change until Kafka acknowledged its event for the first time.",
    buckets=SECONDS,
)
HANDLED_LAG = Histogram(
    "cinema_event_handling_lag_seconds",
    "From a change until a consumer had handled its event; its count is the events,"
    " repeats included.",
    ["consumer"],
    buckets=SECONDS,
)
DEAD_LETTERS = Counter(
    "cinema_dead_letters",
    "Events that a consumer could not handle and sent to the dead letters.",
    ["consumer"],
)
# An alert needs a first 0.
for consumer in (PAYMENTS_CONSUMER, FANOUT_CONSUMER, NOTICES_CONSUMER):
    DEAD_LETTERS.labels(consumer)
DELIVERY_LAG = Histogram(
    "cinema_delivery_lag_seconds",
    "From the oldest change in a delta until it was in the queue of every watching"
    " socket; its count is the deltas.",
    buckets=SECONDS,
)
RESYNCS = Counter(
    "cinema_seat_map_resyncs",
    "Seat maps read again for their watchers, since changes may have been missed.",
)
PUBSUB_LOSSES = Counter(
    "cinema_pubsub_losses", "Breaks of the Redis connection that serves the watchers."
)


def seconds_since(moment: datetime) -> float:
    return max(0.0, time.time() - moment.timestamp())
