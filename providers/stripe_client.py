"""The official library as we use it: client, keys, and its errors as our own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar

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

T = TypeVar("T")

# What is kept as the answer of a key stays so for a day, a failure of Stripe too.
LATER_KEYS: Final = 4
KEY_IN_USE: Final = 409
IN_USE_SECONDS: Final = 0.2  # until we ask again


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


def keys_of(step: str) -> list[str]:
    """The idempotency keys of a step, in the order in which they are used.

    Before a later one is used, somebody has to ask Stripe what the earlier call has
    done.
    """
    return [step, *(f"{step}:{number + 2}" for number in range(LATER_KEYS))]


async def answer_of(
    key: str, call: Callable[[stripe.RequestOptions], Awaitable[T]]
) -> T | None:
    """None: the answer of this key is the failure of an earlier call.

    While another call with the key is under way, its answer is waited for. Raises
    StripeError.
    """
    while True:
        try:
            return await call({"idempotency_key": key})
        except stripe.StripeError as error:
            if error.headers is not None and "idempotent-replayed" in error.headers:
                return None
            if error.http_status != KEY_IN_USE:
                raise
        await asyncio.sleep(IN_USE_SECONDS)
