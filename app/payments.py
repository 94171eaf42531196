"""Builds what takes payments through the provider that the settings name."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from domain.payment_provider import PaymentProvider
from persistence.money.provider_events import ProviderEvents
from persistence.postgres.pool import Pool
from providers.settings import PaymentSettings
from providers.webhooks import Webhooks
from realtime.topics import SETTLER_WAKEUP
from realtime.wakeups import RedisWakeup

logger = logging.getLogger(__name__)


@asynccontextmanager
async def open_provider(
    settings: PaymentSettings,
) -> AsyncIterator[PaymentProvider | None]:
    """None where customers approve their payments themselves."""
    if settings.payment_provider == "approve":
        yield None
        return
    # Its library takes 30 MB: only where it is needed.
    from providers.stripe_provider import StripeProvider  # noqa: PLC0415

    provider = StripeProvider(settings)
    logger.info(
        "payments are made through a provider",
        extra={
            "provider": provider.name,
            "money": "live" if settings.takes_live_money else "test",
        },
    )
    try:
        yield provider
    finally:
        await provider.close()


def webhooks(
    provider: PaymentProvider | None, pool: Pool, redis: "Redis"
) -> Webhooks | None:
    if provider is None:
        return None
    return Webhooks(provider, ProviderEvents(pool), RedisWakeup(redis, SETTLER_WAKEUP))
