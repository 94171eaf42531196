"""Builds what takes payments through the provider that the settings name."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.resources import Resources
from domain.checkout import CheckoutService
from domain.effects import EffectService
from domain.payment_provider import PaymentProvider
from domain.reservation import HoldTerms
from domain.settlement import SettlementService
from persistence.money.attempts import PostgresAttempts
from persistence.money.effects import PostgresEffects
from persistence.money.provider_events import ProviderEvents
from persistence.money.settlement import PostgresSettlements
from persistence.queries.seat_maps import SeatMaps
from persistence.queries.seatings import Seatings
from providers.settings import PaymentSettings
from providers.webhooks import Webhooks
from realtime.settler import Settler
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


def webhooks(provider: PaymentProvider | None, resources: Resources) -> Webhooks | None:
    if provider is None:
        return None
    wakeup = RedisWakeup(resources.redis, SETTLER_WAKEUP)
    return Webhooks(provider, ProviderEvents(resources.pool), wakeup)


def checkout(
    provider: PaymentProvider | None, settings: PaymentSettings, resources: Resources
) -> CheckoutService | None:
    if provider is None:
        return None
    return CheckoutService(
        provider,
        attempts=PostgresAttempts(resources.pool, resources.own_writes),
        ledger=resources.ledger,
        locks=resources.locks,
        wakeup=resources.wakeup,
        window=settings.checkout_window,
    )


def settler(
    provider: PaymentProvider, terms: HoldTerms, resources: Resources
) -> Settler:
    pool = resources.pool
    settlement = SettlementService(
        provider,
        attempts=PostgresAttempts(pool),
        settlements=PostgresSettlements(pool),
        ledger=resources.ledger,
        locks=resources.locks,
        seatings=Seatings(pool, SeatMaps(pool)),
        wakeup=resources.wakeup,
        terms=terms,
    )
    effects = EffectService(provider, PostgresEffects(pool))
    return Settler(settlement, effects, resources.hub)
