"""Stripe's adapter, with answers that a test writes."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from providers.stripe_provider import StripeProvider
from tests.support.payment_settings import payment_settings
from tests.support.stripe_answers import Script


@pytest.fixture
def script() -> Script:
    return Script()


Start = Callable[..., StripeProvider]


@pytest.fixture
async def start(script: Script) -> AsyncIterator[Start]:
    started = []

    def start(**settings: Any) -> StripeProvider:
        provider = StripeProvider(payment_settings(**settings))
        plain = provider._http._client_async
        started.append(plain)
        mock = httpx.AsyncClient(transport=httpx.MockTransport(script))
        provider._http._client_async = mock
        started.append(mock)
        return provider

    yield start
    for client in started:
        await client.aclose()


@pytest.fixture
def provider(start: Start) -> StripeProvider:
    return start()
