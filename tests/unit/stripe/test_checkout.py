"""The page where a buyer pays, and what became of the money there."""

import pytest

from domain.attempts import AttemptStatus
from domain.money import Money
from domain.payment_provider import (
    ProviderRefusedError,
    ProviderState,
)
from providers.stripe_provider import StripeProvider
from tests.support.attempts import an_attempt
from tests.support.stripe_answers import (
    AUTHORIZED,
    CAPTURED,
    PAGE,
    Answer,
    Script,
    intent,
    page,
)
from tests.unit.stripe.conftest import Start


async def test_a_page_is_opened_once_for_an_attempt(
    provider: StripeProvider, script: Script
) -> None:
    attempt = an_attempt(provider_ref=None)
    script.answers = {"POST /v1/checkout/sessions": [page()]}

    opened = await provider.open(attempt)
    await provider.open(attempt)

    assert opened.provider_ref == "cs_1"
    assert opened.url == "https://checkout.example/cs_1"
    [(_, key, form), again] = script.sent()
    assert key == f"{attempt.id}:open"
    assert again[1:] == (key, form)
    assert form["mode"] == ["payment"]
    assert form["client_reference_id"] == [str(attempt.id)]
    assert form["metadata[attempt_id]"] == [str(attempt.id)]
    assert form["payment_intent_data[metadata][attempt_id]"] == [str(attempt.id)]
    assert form["payment_method_options[card][capture_method]"] == ["manual"]
    assert "payment_intent_data[capture_method]" not in form
    assert form["line_items[0][price_data][unit_amount]"] == ["2500"]
    assert form["line_items[0][price_data][currency]"] == ["brl"]
    assert form["success_url"] == form["cancel_url"] == [attempt.return_url]
    assert script.requests[0].headers["authorization"] == "Bearer sk_test_of_tests"


async def test_a_form_of_its_own_has_a_secret_and_no_page(
    start: Start, script: Script
) -> None:
    attempt = an_attempt(provider_ref=None)
    status, body = page()  # type: ignore[misc]
    answer = {**body, "url": None, "client_secret": "cs_1_secret"}
    script.answers = {"POST /v1/checkout/sessions": [(status, answer)]}

    opened = await start(stripe_checkout="embedded").open(attempt)

    assert (opened.url, opened.client_secret) == (attempt.return_url, "cs_1_secret")
    [(_, _, form)] = script.sent()
    assert form["ui_mode"] == ["embedded_page"]
    assert form["return_url"] == [attempt.return_url]
    assert "success_url" not in form


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (page(), ProviderState(status=AttemptStatus.OPEN)),
        (page("expired"), ProviderState(status=AttemptStatus.CLOSED)),
        (
            page("open", intent("requires_payment_method")),
            ProviderState(status=AttemptStatus.OPEN, charge_ref="pi_1"),
        ),
        (
            page("complete", intent("processing")),
            ProviderState(
                status=AttemptStatus.OPEN, charge_ref="pi_1", is_processing=True
            ),
        ),
        (
            page("complete", intent("requires_payment_method")),  # it was declined
            ProviderState(status=AttemptStatus.CLOSED, charge_ref="pi_1"),
        ),
        (
            AUTHORIZED,
            ProviderState(
                status=AttemptStatus.AUTHORIZED,
                amount=Money(2500, "BRL"),
                charge_ref="pi_1",
            ),
        ),
        (
            page(
                "complete",
                intent("succeeded")
                | {
                    "latest_charge": {
                        "id": "ch_1",
                        "object": "charge",
                        "amount_refunded": 700,
                    }
                },
            ),
            ProviderState(
                status=AttemptStatus.CAPTURED,
                amount=Money(2500, "BRL"),
                captured_minor=2500,
                refunded_minor=700,
                charge_ref="pi_1",
            ),
        ),
        (
            page("complete", intent("canceled")),
            ProviderState(status=AttemptStatus.CLOSED, charge_ref="pi_1"),
        ),
    ],
)
async def test_the_money_is_what_stripe_says(
    provider: StripeProvider, script: Script, answer: Answer, state: ProviderState
) -> None:
    script.answers = {f"GET {PAGE}": [answer]}

    assert await provider.fetch(an_attempt()) == state


async def test_money_is_captured_once(provider: StripeProvider, script: Script) -> None:
    attempt = an_attempt()
    script.answers = {
        f"GET {PAGE}": [AUTHORIZED, CAPTURED],
        "POST /v1/payment_intents/pi_1/capture": [(200, intent("succeeded"))],
    }

    await provider.capture(attempt)
    await provider.capture(attempt)  # its answer was lost

    [(_, key, _)] = script.sent()
    assert key == f"{attempt.id}:capture"


async def test_money_that_is_gone_cannot_be_captured(
    provider: StripeProvider, script: Script
) -> None:
    script.answers = {f"GET {PAGE}": [page("complete", intent("canceled"))]}

    with pytest.raises(ProviderRefusedError):
        await provider.capture(an_attempt())


async def test_what_was_authorised_is_given_up(
    provider: StripeProvider, script: Script
) -> None:
    attempt = an_attempt()
    script.answers = {
        f"GET {PAGE}": [AUTHORIZED, page("complete", intent("canceled"))],
        "POST /v1/payment_intents/pi_1/cancel": [(200, intent("canceled"))],
    }

    await provider.cancel(attempt)
    await provider.cancel(attempt)

    [(_, key, _)] = script.sent()
    assert key == f"{attempt.id}:cancel"


async def test_an_open_page_is_closed(provider: StripeProvider, script: Script) -> None:
    script.answers = {
        f"GET {PAGE}": [page()],
        f"POST {PAGE}/expire": [page("expired")],
    }

    await provider.cancel(an_attempt())

    assert [path for path, _, _ in script.sent()] == [f"{PAGE}/expire"]


async def test_to_close_a_page_gives_up_no_money(
    provider: StripeProvider, script: Script
) -> None:
    refusal = {"error": {"type": "invalid_request_error", "message": "not open"}}
    script.answers = {
        f"GET {PAGE}": [AUTHORIZED],
        f"POST {PAGE}/expire": [(400, refusal)],
    }

    with pytest.raises(ProviderRefusedError):
        await provider.close_page(an_attempt())

    assert [path for path, _, _ in script.sent()] == [f"{PAGE}/expire"]


async def test_captured_money_is_not_cancelled(
    provider: StripeProvider, script: Script
) -> None:
    script.answers = {f"GET {PAGE}": [CAPTURED]}

    with pytest.raises(ProviderRefusedError, match="captured"):
        await provider.cancel(an_attempt())
