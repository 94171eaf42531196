"""Metrics of the money that waits, as Postgres has it at this moment."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from domain.attempts import Operation
from persistence.money.backlog import MoneyBacklog, Waiting


def money_metrics(backlog: MoneyBacklog) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "cinema_unsettled_attempts",
        "Attempts to pay that have no outcome yet.",
        value=backlog.attempts.count,
    )
    yield GaugeMetricFamily(
        "cinema_unsettled_attempts_seconds",
        "How long the window of the oldest of them has been over.",
        value=backlog.attempts.seconds,
    )
    calls = GaugeMetricFamily(
        "cinema_payment_calls_waiting",
        "Calls to the provider that have to happen; a refund until the bank has it.",
        labels=["operation"],
    )
    seconds = GaugeMetricFamily(
        "cinema_payment_calls_seconds", "Age of the oldest.", labels=["operation"]
    )
    for operation in Operation:
        waiting = backlog.calls.get(operation, Waiting())
        calls.add_metric([operation.lower()], waiting.count)
        seconds.add_metric([operation.lower()], waiting.seconds)
    yield calls
    yield seconds
