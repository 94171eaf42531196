from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.attempts import Attempt
from providers.stripe_provider import StripeProvider
from tests.support.payment_adapter import adapter_of, opened
from tests.support.payment_sandbox import PaymentSandbox, payment_sandbox


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[PaymentSandbox]:
    async with payment_sandbox(tmp_path) as running:
        yield running


@pytest.fixture
async def provider(sandbox: PaymentSandbox) -> AsyncIterator[StripeProvider]:
    async with adapter_of(sandbox) as provider:
        yield provider


@pytest.fixture
async def attempt(provider: StripeProvider) -> Attempt:
    """One whose page is open."""
    return await opened(provider)
