"""Metrics of payments through a provider, besides those of sales."""

from prometheus_client import Counter

_WEBHOOKS = Counter(
    "cinema_webhooks", "Messages of the payment provider, by our answer.", ["answer"]
)
STORED_WEBHOOKS = _WEBHOOKS.labels("stored")
REFUSED_WEBHOOKS = _WEBHOOKS.labels("refused")
UNAVAILABLE_WEBHOOKS = _WEBHOOKS.labels("unavailable")
