"""Our adapter in front of the sandbox, and buyers of its pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from domain.attempts import Attempt
from providers.stripe_provider import StripeProvider
from tests.support.attempts import an_attempt
from tests.support.payment_sandbox import KEY, SECRETS, PaymentSandbox
from tests.support.payment_settings import payment_settings


@asynccontextmanager
async def adapter_of(sandbox: PaymentSandbox) -> AsyncIterator[StripeProvider]:
    provider = StripeProvider(
        payment_settings(
            sandbox.url,
            stripe_secret_key=KEY,
            stripe_webhook_secret=",".join(SECRETS),
        )
    )
    yield provider
    await provider.close()


async def opened(provider: StripeProvider) -> Attempt:
    attempt = new_attempt()
    page = await provider.open(attempt)
    return replace(attempt, provider_ref=page.provider_ref)


def new_attempt() -> Attempt:
    return an_attempt(created_at=datetime.now(UTC), provider_ref=None)


async def press(sandbox: PaymentSandbox, attempt: Attempt, action: str) -> str:
    answer = await sandbox.pages.post(
        f"/pay/{attempt.provider_ref}", data={"action": action}
    )
    return answer.headers["Location"]


async def captured(
    sandbox: PaymentSandbox, provider: StripeProvider, attempt: Attempt
) -> Attempt:
    await press(sandbox, attempt, "pay")
    charge_ref = (await provider.fetch(attempt)).charge_ref
    attempt = replace(attempt, charge_ref=charge_ref)
    await provider.capture(attempt)
    return attempt


async def payment(sandbox: PaymentSandbox) -> dict[str, int]:
    """The money of the only payment, as the provider has it."""
    (found,) = (await sandbox.ledger())["payments"]
    return {name: found[name] for name in ("capturable", "captured", "refunded")}
