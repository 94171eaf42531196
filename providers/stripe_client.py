"""The official library as we use it: its client, and its errors as our own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import stripe

from domain.payment_provider import ProviderRefusedError, ProviderUnavailableError
from providers.settings import PaymentSettings

TIMEOUT_SECONDS: Final = 10.0
# Of a whole call: the other limit begins again with each byte. A settler makes four,
# and they have to end within its lease.
LONGEST_CALL_SECONDS: Final = 12.0

# What these answers say may be another one in a minute: a key that is rotated, too many
# calls, a call with the same key that is under way.
NOT_FINAL: Final = frozenset({401, 403, 409, 429})


def open_http() -> stripe.HTTPXClient:
    return stripe.HTTPXClient(timeout=TIMEOUT_SECONDS)


def client_of(
    settings: PaymentSettings, http: stripe.HTTPXClient
) -> stripe.StripeClient:
    if settings.stripe_secret_key is None:
        raise ValueError("STRIPE_SECRET_KEY is missing")
    return stripe.StripeClient(
        settings.stripe_secret_key.get_secret_value(),
        base_addresses={"api": settings.stripe_api_url},
        http_client=http,
        max_network_retries=0,  # the settler calls again
    )


@asynccontextmanager
async def failures() -> AsyncIterator[None]:
    """Raises ProviderUnavailableError or ProviderRefusedError."""
    try:
        async with asyncio.timeout(LONGEST_CALL_SECONDS):
            yield
    except TimeoutError as error:
        raise ProviderUnavailableError("too slow") from error
    except stripe.StripeError as error:
        status = error.http_status
        code = error.code or type(error).__name__
        if status is None or status in NOT_FINAL or not 400 <= status < 500:  # noqa: PLR2004 # HTTP
            raise ProviderUnavailableError(f"{status} {code}") from error
        raise ProviderRefusedError(code) from error
    except (AttributeError, KeyError, TypeError) as error:
        raise ProviderUnavailableError("an answer that is no object") from error
