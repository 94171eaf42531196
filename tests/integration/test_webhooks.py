"""The endpoint of webhooks: what is signed is stored once, and nothing else is."""

import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import stripe

from domain.ports import Hold
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from providers.webhooks import MAX_BODY_BYTES
from tests.support.asgi_server import running
from tests.support.cinema import Show
from tests.support.embedded import EmbeddedStack
from tests.support.events import open_payment
from tests.support.http_client import client_of
from tests.support.metric_growth import growing
from tests.support.payment_settings import WEBHOOK_SECRETS
from tests.support.signing_keys import make_keys

HOUR = timedelta(hours=1)
STORED = "SELECT event_id, attempt_id FROM provider_events WHERE event_id = $1"
DUE = "SELECT due_at <= clock_timestamp() FROM payment_attempts WHERE id = $1"
DUE_AT = "SELECT due_at FROM payment_attempts WHERE id = $1"
LOOKED_AT_NOW = """
UPDATE payment_attempts SET due_at = clock_timestamp() + interval '60 seconds'
WHERE id = $1 RETURNING due_at
"""
ATTEMPT = """
INSERT INTO payment_attempts (payment_id, reservation_id, provider, amount_minor,
    currency, if_late, return_url, status, created_at, expires_at, due_at)
SELECT id, reservation_id, $2, amount_minor, currency, 'REFUND', 'https://a', 'OPEN',
    created_at, created_at, clock_timestamp() + interval '1 hour'
FROM payments WHERE reservation_id = $1 RETURNING id
"""


@pytest.fixture
def environment(
    stack: EmbeddedStack, database_url: str, tmp_path: Path
) -> dict[str, str]:
    make_keys(tmp_path)
    return stack.environment | {
        "DATABASE_URL": database_url,
        "SIGNING_KEYS_DIR": str(tmp_path),
        "PAYMENT_PROVIDER": "sandbox",
        "STRIPE_API_URL": "http://127.0.0.1:1",
        "STRIPE_SECRET_KEY": "sk_test_of_tests",
        "STRIPE_WEBHOOK_SECRET": ",".join(WEBHOOK_SECRETS),
    }


@pytest.fixture
async def http(environment: dict[str, str]) -> AsyncIterator[httpx2.AsyncClient]:
    async with running(environment) as api, client_of(api) as http:
        yield http


@pytest.fixture
async def held(pool: Pool, show: Show, ana: UUID) -> UUID:
    """A reservation with a payment."""
    hold = Hold(
        reservation_id=uuid4(), customer_id=ana, wanted=show.wanting(0), period=HOUR
    )
    await PostgresLedger(pool).hold(hold)
    await open_payment(pool, hold.reservation_id)
    return hold.reservation_id


def event(attempt_id: object, name: str | None = None) -> dict[str, Any]:
    return {
        "id": name or f"evt_{uuid4()}",
        "type": "checkout.session.completed",
        "livemode": False,
        "data": {"object": {"metadata": {"attempt_id": str(attempt_id)}}},
    }


async def send(
    http: httpx2.AsyncClient,
    data: object,
    *,
    secret: str = WEBHOOK_SECRETS[0],
    age: int = 0,
    padding: int = 0,
) -> int:
    body = json.dumps(data) + " " * padding
    signed_at = int(time.time()) - age
    sign = stripe.WebhookSignature.generate_signature_header
    signature = sign(body, secret, signed_at)
    answer = await http.post(
        "/webhooks/stripe", content=body, headers={"Stripe-Signature": signature}
    )
    return answer.status_code


@pytest.mark.parametrize("secret", WEBHOOK_SECRETS)
async def test_an_event_makes_its_attempt_due_once(
    http: httpx2.AsyncClient, pool: Pool, held: UUID, secret: str
) -> None:
    attempt = await pool.fetchval(ATTEMPT, held, "sandbox")
    sent = event(attempt)

    with growing("cinema_webhooks_total", 1, answer="stored"):
        first = await send(http, sent, secret=secret)
    was_due = await pool.fetchval(DUE, attempt)
    await pool.execute(
        "UPDATE payment_attempts SET due_at = NULL WHERE id = $1", attempt
    )
    again = await send(http, sent, secret=secret)

    assert (first, again, was_due) == (200, 200, True)
    assert await pool.fetchval(DUE, attempt) is None
    [row] = await pool.fetch(STORED, sent["id"])
    assert row["attempt_id"] == attempt


async def test_events_of_a_second_share_a_look(
    http: httpx2.AsyncClient, pool: Pool, held: UUID
) -> None:
    attempt = await pool.fetchval(ATTEMPT, held, "sandbox")
    lease = await pool.fetchval(LOOKED_AT_NOW, attempt)
    first = lease - timedelta(seconds=59)

    for _ in range(3):
        assert await send(http, event(attempt)) == 200

    due_at = await pool.fetchval(DUE_AT, attempt)
    assert first <= due_at < lease  # later than first if that took a second


@pytest.mark.parametrize("provider", [None, "stripe"])
async def test_an_event_of_no_attempt_of_ours_is_stored_alone(
    http: httpx2.AsyncClient, pool: Pool, held: UUID, provider: str | None
) -> None:
    other = await pool.fetchval(ATTEMPT, held, provider) if provider else uuid4()
    sent = event(other)

    assert await send(http, sent) == 200

    [row] = await pool.fetch(STORED, sent["id"])
    assert row["attempt_id"] is None
    assert await pool.fetchval(DUE, other) is not True


@pytest.mark.parametrize(
    "mistake",
    [
        pytest.param({"secret": "whsec_stolen"}, id="forged"),
        pytest.param({"age": 301}, id="replayed"),
        pytest.param({"padding": MAX_BODY_BYTES}, id="too-large"),
    ],
)
async def test_what_is_refused_leaves_nothing(
    http: httpx2.AsyncClient, pool: Pool, held: UUID, mistake: dict[str, Any]
) -> None:
    attempt = await pool.fetchval(ATTEMPT, held, "sandbox")
    sent = event(attempt)

    with growing("cinema_webhooks_total", 1, answer="refused"):
        assert await send(http, sent, **mistake) == 400

    assert await pool.fetch(STORED, sent["id"]) == []
    assert await pool.fetchval(DUE, attempt) is False


async def test_forged_events_do_not_fill_the_log(
    http: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with growing("cinema_webhooks_total", 20, answer="refused"):
        for _ in range(20):
            assert await send(http, event(uuid4()), secret="whsec_stolen") == 400

    assert len([each for each in caplog.records if "refused" in each.message]) == 1


@pytest.mark.parametrize("data", [[], "text", {"id": "evt_malformed"}])
async def test_what_is_malformed_is_refused(
    http: httpx2.AsyncClient, data: object
) -> None:
    assert await send(http, data) == 400


async def test_only_posts_are_answered(http: httpx2.AsyncClient) -> None:
    assert (await http.get("/webhooks/stripe")).status_code == 405


async def test_without_a_provider_there_is_no_endpoint(
    environment: dict[str, str],
) -> None:
    async with (
        running(environment | {"PAYMENT_PROVIDER": "approve"}) as api,
        client_of(api) as http,
    ):
        assert await send(http, event(uuid4())) == 404
