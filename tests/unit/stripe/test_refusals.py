"""Refunds, answers that are final or not, and amounts in odd currencies."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from domain.attempts import AttemptStatus, RefundStatus
from domain.money import Money
from domain.payment_provider import (
    ProviderRefusedError,
    ProviderUnavailableError,
)
from providers import stripe_client
from providers.stripe_provider import StripeProvider
from tests.support.attempts import an_attempt
from tests.support.stripe_answers import (
    PAGE,
    Answer,
    Json,
    Script,
    intent,
    page,
    refused,
)


async def test_a_refund_is_made_once_even_after_its_key_has_ended(
    provider: StripeProvider, script: Script
) -> None:
    refund_id, other = uuid4(), uuid4()
    attempt = an_attempt(charge_ref="pi_1")

    def refund(mark: object, status: str = "succeeded") -> Json:
        marks = {"refund_id": str(mark)}
        return {"id": "re_1", "object": "refund", "status": status, "metadata": marks}

    def listed(*refunds: Json) -> Answer:
        return 200, {"object": "list", "data": list(refunds), "has_more": False}

    script.answers = {
        "GET /v1/refunds": [listed(refund(other)), listed(refund(refund_id))],
        "POST /v1/refunds": [(200, refund(refund_id, "pending"))],
    }

    made = await provider.refund(attempt, refund_id, 700)
    known = await provider.refund(attempt, refund_id, 700)

    assert made.status is RefundStatus.PENDING
    assert known.status is RefundStatus.SUCCEEDED
    [(_, key, form)] = script.sent()
    assert key == f"{attempt.id}:refund:{refund_id}"
    assert form["amount"] == ["700"]
    assert form["metadata[refund_id]"] == [str(refund_id)]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        refused(500, "api_error", "api_error"),
        refused(503, "api_error", "api_error"),
        refused(429, "rate_limit"),
        refused(401, "invalid_api_key"),
        refused(403, "no_permission"),
        (200, "no object"),
        (502, {"a proxy": "says"}),
    ],
)
async def test_an_unknown_outcome_is_asked_for_again(
    provider: StripeProvider, script: Script, answer: Answer
) -> None:
    script.answers = {"POST /v1/checkout/sessions": [answer]}

    with pytest.raises(ProviderUnavailableError):
        await provider.open(an_attempt())


async def test_a_key_that_stays_in_use_is_not_waited_for_without_end(
    provider: StripeProvider, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe_client, "LONGEST_CALL_SECONDS", 0.3)
    in_use = refused(409, "idempotency_key_in_use", "idempotency_error")
    script.answers = {"POST /v1/checkout/sessions": [in_use]}

    with pytest.raises(ProviderUnavailableError):
        await provider.open(an_attempt())


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (refused(400, "amount_too_small"), "amount_too_small"),
        (refused(404, "resource_missing"), "resource_missing"),
        (refused(402, "card_declined", "card_error"), "card_declined"),
        (refused(400, "", "idempotency_error"), "IdempotencyError"),
    ],
)
async def test_a_no_is_final(
    provider: StripeProvider, script: Script, answer: Answer, code: str
) -> None:
    script.answers = {"POST /v1/checkout/sessions": [answer]}

    with pytest.raises(ProviderRefusedError) as refusal:
        await provider.open(an_attempt())

    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (Money(2500, "BRL"), "2500"),
        (Money(2500, "JPY"), "2500"),
        (Money(2500, "ISK"), "250000"),
        (Money(2500, "UGX"), "250000"),
        (Money(250000, "MGA"), "2500"),
    ],
)
async def test_amounts_are_written_as_stripe_reads_them(
    provider: StripeProvider, script: Script, amount: Money, written: str
) -> None:
    in_stripe = {
        "currency": amount.currency.lower(),
        "amount_capturable": int(written),
    }
    script.answers = {
        "POST /v1/checkout/sessions": [page()],
        f"GET {PAGE}": [page("complete", intent("requires_capture", **in_stripe))],
    }

    await provider.open(an_attempt(amount=amount))
    state = await provider.fetch(an_attempt())

    [(_, _, form)] = script.sent()
    assert form["line_items[0][price_data][unit_amount]"] == [written]
    assert state.amount == amount


async def test_an_amount_that_stripe_cannot_write_is_refused(
    provider: StripeProvider,
) -> None:
    with pytest.raises(ProviderRefusedError):
        await provider.open(an_attempt(amount=Money(2550, "MGA")))


async def test_an_answer_that_never_ends_is_no_answer(
    provider: StripeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe_client, "LONGEST_CALL_SECONDS", 0.01)

    async def drip() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b"{"

    answer = httpx.Response(200, content=drip())
    monkeypatch.setattr(Script, "__call__", lambda *_: answer)

    with pytest.raises(ProviderUnavailableError):
        await provider.fetch(an_attempt())


async def test_money_on_its_way_from_a_closed_page_is_waited_for(
    provider: StripeProvider, script: Script
) -> None:
    script.answers = {f"GET {PAGE}": [page("expired", intent("processing"))]}

    state = await provider.fetch(an_attempt())

    assert (state.status, state.is_processing) == (AttemptStatus.OPEN, True)
