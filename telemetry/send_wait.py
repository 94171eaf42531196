"""How long messages waited until their socket took them."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import REGISTRY
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0)
BOUNDS = (*map(str, BUCKETS), "+Inf")


class SendWait(Collector):
    """A histogram. `at_once` counts the messages that did not wait.

    They are nearly all, and prometheus_client's own histogram would take as long as the
    rest of our work for one of them.
    """

    def __init__(self) -> None:
        self.at_once = 0
        self._waited = [0] * len(BOUNDS)
        self._seconds = 0.0

    def observe(self, seconds: float) -> None:
        self._waited[bisect_left(BUCKETS, seconds)] += 1
        self._seconds += seconds

    def collect(self) -> Iterator[HistogramMetricFamily]:
        totals = accumulate(self._waited, initial=self.at_once)
        next(totals)  # it is in all buckets
        yield HistogramMetricFamily(
            "cinema_socket_send_wait_seconds",
            "How long a message waited in the queue of its socket; its count is the"
            " messages sent.",
            list(zip(BOUNDS, totals, strict=True)),
            self._seconds,
        )


SEND_WAIT = SendWait()
REGISTRY.register(SEND_WAIT)
