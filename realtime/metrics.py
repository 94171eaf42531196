"""What is counted on the way from a commit to the screens."""

import time
from datetime import datetime

from prometheus_client import Counter, Gauge, Histogram

from realtime.topics import FANOUT_CONSUMER, PAYMENTS_CONSUMER

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)

_RELAYED = Counter(
    "cinema_relay_sends",
    "Events that Kafka acknowledged, for the first time or because a consumer did not"
    " confirm them in time.",
    ["send"],
)
RELAYED_FIRST = _RELAYED.labels("first")
RELAYED_AGAIN = _RELAYED.labels("again")
RELAY_LEADS = Gauge(
    "cinema_relay_leads",
    "1 where the one relay at work is: as long as its lease lasts, by its own clock.",
)
# From Postgres's clock to ours: both machines have to know the time.
RELAY_LAG = Histogram(
    "cinema_relay_lag_seconds",
    "From a change until Kafka acknowledged its event for the first time.",
    buckets=SECONDS,
)
HANDLED_LAG = Histogram(
    "cinema_event_handling_lag_seconds",
    "From a change until a consumer had handled its event; its count is the events,"
    " those that came again included.",
    ["consumer"],
    buckets=SECONDS,
)
DEAD_LETTERS = Counter(
    "cinema_dead_letters",
    "Events that a consumer could not handle and put aside.",
    ["consumer"],
)
for consumer in (PAYMENTS_CONSUMER, FANOUT_CONSUMER):  # an alarm needs a 0 to rise from
    DEAD_LETTERS.labels(consumer)
DELIVERY_LAG = Histogram(
    "cinema_delivery_lag_seconds",
    "From the oldest change of a delta until it was in the queue of every socket that"
    " watches; its count is the deltas.",
    buckets=SECONDS,
)
RESYNCS = Counter(
    "cinema_seat_map_resyncs",
    "Seat maps that were read anew for their watchers: something may have been missed.",
)
PUBSUB_LOSSES = Counter(
    "cinema_pubsub_losses", "How often the Redis connection of what is watched broke."
)


def seconds_since(moment: datetime) -> float:
    return max(0.0, time.time() - moment.timestamp())
