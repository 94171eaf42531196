"""Our adapter against the sandbox: pages, captures and what is given up."""

import asyncio

import pytest

from domain.attempts import Attempt, AttemptStatus
from domain.money import Money
from domain.payment_provider import ProviderRefusedError, ProviderUnavailableError
from providers import stripe_client
from providers.stripe_provider import StripeProvider
from tests.support.payment_adapter import (
    captured,
    new_attempt,
    payment,
    press,
)
from tests.support.payment_sandbox import KEY, PaymentSandbox
from tests.support.payment_settings import payment_settings

AMOUNT = Money(2500, "BRL")


async def test_money_is_authorised_then_captured(
    sandbox: PaymentSandbox, provider: StripeProvider, attempt: Attempt
) -> None:
    before = await provider.fetch(attempt)
    back = await press(sandbox, attempt, "pay")
    authorised = await provider.fetch(attempt)
    for _ in range(2):
        await provider.capture(attempt)
    after = await provider.fetch(attempt)

    assert (before.status, before.amount) == (AttemptStatus.OPEN, None)
    assert back == attempt.return_url
    assert (authorised.status, authorised.amount) == (AttemptStatus.AUTHORIZED, AMOUNT)
    assert (after.status, after.amount) == (AttemptStatus.CAPTURED, AMOUNT)
    assert (after.captured_minor, after.refunded_minor) == (2500, 0)
    assert await payment(sandbox) == {"capturable": 0, "captured": 2500, "refunded": 0}


@pytest.mark.parametrize("fault", ["lost_answer", "failed_answer", "down"])
async def test_one_attempt_has_one_page(
    sandbox: PaymentSandbox, provider: StripeProvider, fault: str
) -> None:
    """Also after a failure: nobody has seen the page that Stripe may have made."""
    attempt = new_attempt()
    await sandbox.fault(fault, call="checkout.sessions.create", times=1)
    with pytest.raises(ProviderUnavailableError):
        await provider.open(attempt)

    first, again = [await provider.open(attempt) for _ in range(2)]

    assert first == again
    assert first.url == f"{sandbox.url}/pay/{first.provider_ref}"


async def test_an_attempt_whose_pages_fail_is_given_up(
    sandbox: PaymentSandbox, provider: StripeProvider
) -> None:
    attempt = new_attempt()
    await sandbox.fault("failed_answer", call="checkout.sessions.create", times=2)
    for _ in range(2):
        with pytest.raises(ProviderUnavailableError):
            await provider.open(attempt)

    with pytest.raises(ProviderRefusedError):
        await provider.open(attempt)


async def test_a_declined_card_leaves_the_page_open(
    sandbox: PaymentSandbox, provider: StripeProvider, attempt: Attempt
) -> None:
    await press(sandbox, attempt, "decline")
    declined = await provider.fetch(attempt)
    await press(sandbox, attempt, "challenge")
    asked = await provider.fetch(attempt)
    await press(sandbox, attempt, "confirm")

    assert declined.status is asked.status is AttemptStatus.OPEN
    assert not (declined.is_processing or asked.is_processing)
    assert (await provider.fetch(attempt)).status is AttemptStatus.AUTHORIZED


@pytest.mark.parametrize(
    ("action", "status"),
    [("arrive", AttemptStatus.CAPTURED), ("fail", AttemptStatus.CLOSED)],
)
async def test_money_that_is_sent_comes_later_or_never(
    sandbox: PaymentSandbox,
    provider: StripeProvider,
    attempt: Attempt,
    action: str,
    status: AttemptStatus,
) -> None:
    await press(sandbox, attempt, "push")
    waiting = await provider.fetch(attempt)

    await sandbox.pages.post(f"/payments/{waiting.charge_ref}", data={"action": action})

    assert (waiting.status, waiting.is_processing) == (AttemptStatus.OPEN, True)
    assert (await provider.fetch(attempt)).status is status


@pytest.mark.parametrize("fault", ["lost_answer", "failed_answer", "failed", "down"])
async def test_a_capture_happens_once(
    sandbox: PaymentSandbox, provider: StripeProvider, attempt: Attempt, fault: str
) -> None:
    await press(sandbox, attempt, "pay")
    await sandbox.fault(fault, call="payment_intents.capture", times=1)

    with pytest.raises(ProviderUnavailableError):
        await provider.capture(attempt)
    await provider.capture(attempt)

    assert (await payment(sandbox))["captured"] == 2500


async def test_a_lost_authorisation_is_not_captured(
    sandbox: PaymentSandbox, provider: StripeProvider, attempt: Attempt
) -> None:
    await press(sandbox, attempt, "pay")
    await sandbox.fault("lost_authorisation")

    for _ in range(2):
        with pytest.raises(ProviderRefusedError):
            await provider.capture(attempt)

    assert (await provider.fetch(attempt)).status is AttemptStatus.CLOSED


@pytest.mark.parametrize("call", ["capture", "cancel"])
async def test_a_step_that_failed_is_taken_with_other_keys(
    sandbox: PaymentSandbox, provider: StripeProvider, attempt: Attempt, call: str
) -> None:
    """A failure is the answer of its key for a day, and the seats are sold."""
    await press(sandbox, attempt, "pay")
    await sandbox.fault("failed", call=f"payment_intents.{call}", times=2)
    step = getattr(provider, call)
    for _ in range(2):
        with pytest.raises(ProviderUnavailableError):
            await step(attempt)

    for _ in range(2):
        await step(attempt)

    left = {"capture": {"captured": 2500}, "cancel": {"captured": 0}}[call]
    assert (await payment(sandbox)).items() >= ({"capturable": 0} | left).items()


async def test_a_step_all_of_whose_keys_have_failed_waits_for_new_ones(
    sandbox: PaymentSandbox, provider: StripeProvider, attempt: Attempt
) -> None:
    await press(sandbox, attempt, "pay")
    await sandbox.fault("failed", call="payment_intents.capture", times=5)

    for _ in range(6):
        with pytest.raises(ProviderUnavailableError):
            await provider.capture(attempt)

    assert (await payment(sandbox))["captured"] == 0


async def test_two_callers_are_shown_the_same_page(
    sandbox: PaymentSandbox, provider: StripeProvider
) -> None:
    """A double click: Stripe refuses a key while a call with it is under way."""
    attempt = new_attempt()
    await sandbox.fault("slow", call="checkout.sessions.create", times=1, delay=0.3)

    pages = await asyncio.gather(*(provider.open(attempt) for _ in range(3)))

    assert len({page.provider_ref for page in pages}) == 1


@pytest.mark.parametrize("action", [None, "decline", "pay"])
async def test_what_is_not_captured_is_given_up(
    sandbox: PaymentSandbox,
    provider: StripeProvider,
    attempt: Attempt,
    action: str | None,
) -> None:
    if action:
        await press(sandbox, attempt, action)
    await sandbox.fault("lost_answer", call="payment_intents.cancel", times=1)
    await sandbox.fault("lost_answer", call="checkout.sessions.expire", times=1)

    with pytest.raises(ProviderUnavailableError):
        await provider.cancel(attempt)
    await provider.cancel(attempt)
    await press(sandbox, attempt, "pay")

    state = await provider.fetch(attempt)
    assert (state.status, state.refunded_minor) == (AttemptStatus.CLOSED, 0)


async def test_captured_money_is_not_given_up(
    sandbox: PaymentSandbox, provider: StripeProvider, attempt: Attempt
) -> None:
    attempt = await captured(sandbox, provider, attempt)

    with pytest.raises(ProviderRefusedError):
        await provider.cancel(attempt)

    assert (await payment(sandbox))["captured"] == 2500


async def test_a_provider_that_does_not_answer_is_unavailable(
    sandbox: PaymentSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe_client, "TIMEOUT_SECONDS", 0.2)
    provider = StripeProvider(payment_settings(sandbox.url, stripe_secret_key=KEY))
    await sandbox.fault("black_hole")

    with pytest.raises(ProviderUnavailableError):
        await provider.open(new_attempt())

    await provider.close()


async def test_a_wrong_key_is_no_refusal_for_good(sandbox: PaymentSandbox) -> None:
    provider = StripeProvider(payment_settings(sandbox.url))

    with pytest.raises(ProviderUnavailableError):
        await provider.open(new_attempt())

    await provider.close()
