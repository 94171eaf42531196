"""Metrics of payments through a provider, besides those of sales."""

from prometheus_client import Counter

_WEBHOOKS = Counter(
    "cinema_webhooks", "Messages of the payment provider, by our answer.", ["answer"]
)
STORED_WEBHOOKS = _WEBHOOKS.labels("stored")
REFUSED_WEBHOOKS = _WEBHOOKS.labels("refused")
UNAVAILABLE_WEBHOOKS = _WEBHOOKS.labels("unavailable")

# Each operation is there from the beginning: a rate needs a 0 before the first refusal.
REFUSED_CALLS = Counter(
    "cinema_payment_calls_refused",
    "Calls that the provider refused for good, or that were given up.",
    ["operation"],
)
for _operation in ("capture", "cancel", "refund"):
    REFUSED_CALLS.labels(_operation)
