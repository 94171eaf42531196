"""Only what Stripe has signed, now and for this mode, is an event."""

import json
import time
from typing import Any
from uuid import UUID, uuid4

import pytest
import stripe

from domain.payment_provider import ForgedEventError
from providers.stripe_provider import StripeProvider
from tests.support.payment_settings import WEBHOOK_SECRETS, payment_settings

ATTEMPT = uuid4()


def event(**changes: Any) -> dict[str, Any]:
    marked = {"object": {"metadata": {"attempt_id": str(ATTEMPT)}}}
    type_ = "payment_intent.amount_capturable_updated"
    return {"id": "evt_1", "type": type_, "livemode": False, "data": marked} | changes


def signed(body: str, secret: str = WEBHOOK_SECRETS[0], age: int = 0) -> dict[str, str]:
    header = stripe.WebhookSignature.generate_signature_header(
        body, secret, int(time.time()) - age
    )
    return {"stripe-signature": header}


def verified(data: object, **signing: Any) -> UUID | None:
    body = json.dumps(data)
    provider = StripeProvider(payment_settings())
    return provider.verify(signed(body, **signing), body.encode()).attempt_id


@pytest.mark.parametrize("secret", WEBHOOK_SECRETS)
def test_an_event_names_its_attempt(secret: str) -> None:
    assert verified(event(), secret=secret) == ATTEMPT


@pytest.mark.parametrize(("kind", "is_one"), [("refund", True), ("charge", False)])
def test_an_event_says_whether_it_is_about_a_refund(kind: str, *, is_one: bool) -> None:
    marked = {"object": kind, "metadata": {"attempt_id": str(ATTEMPT)}}
    body = json.dumps(event(data={"object": marked}))

    found = StripeProvider(payment_settings()).verify(signed(body), body.encode())

    assert (found.attempt_id, found.is_about_refund) == (ATTEMPT, is_one)


@pytest.mark.parametrize(
    "marked",
    [
        {"client_reference_id": str(ATTEMPT)},
        {"client_reference_id": str(ATTEMPT), "metadata": {}},
        {"client_reference_id": "an order", "metadata": {"attempt_id": str(ATTEMPT)}},
    ],
)
def test_a_page_names_it_too(marked: dict[str, Any]) -> None:
    assert verified(event(data={"object": marked})) == ATTEMPT


@pytest.mark.parametrize(
    "marked",
    [{}, {"metadata": None}, {"metadata": {"attempt_id": "7"}}, {"metadata": {"a": 1}}],
)
def test_the_event_of_another_shop_names_none(marked: dict[str, Any]) -> None:
    assert verified(event(data={"object": marked})) is None


@pytest.mark.parametrize(
    ("data", "signing"),
    [
        pytest.param(event(), {"secret": "whsec_stolen"}, id="forged"),
        pytest.param(event(), {"age": 301}, id="replayed"),
        pytest.param(event(livemode=True), {}, id="live"),
        pytest.param(event(livemode=None), {}, id="no mode"),
        pytest.param(event(id=7), {}, id="number"),
        pytest.param(event(id=""), {}, id="empty"),
        pytest.param(event(type="t" * 256), {}, id="long"),
        pytest.param(event(id="evt_\x00"), {}, id="NUL"),
        pytest.param(event(type="\ud800"), {}, id="surrogate"),
        pytest.param(event(data=[]), {}, id="no object"),
        pytest.param([], {}, id="list"),
        pytest.param("text", {}, id="text"),
    ],
)
def test_anything_else_is_refused(data: object, signing: dict[str, Any]) -> None:
    with pytest.raises(ForgedEventError):
        verified(data, **signing)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"stripe-signature": ""},
        {"stripe-signature": "t=1,v1=é"},
        {"stripe-signature": "t=" + "9" * 5_000 + ",v1=0"},
        {"stripe-signature": f"t={int(time.time())}"},
        {"stripe-signature": f"t={int(time.time())},v1=é"},
    ],
)
def test_a_broken_signature_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ForgedEventError):
        StripeProvider(payment_settings()).verify(headers, b"{}")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 50_000])
def test_a_body_that_is_no_event_is_refused(body: bytes) -> None:
    text = body.decode("latin-1")

    with pytest.raises(ForgedEventError):
        StripeProvider(payment_settings()).verify(signed(text), body)
