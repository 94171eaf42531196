"""A change without an answer may have happened: a retry with its key finds out."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from loadtest.documents import APPROVE_PAYMENT
from tests.support.answer_cutter import AnswerCutter
from tests.support.cinema import Cinema, Show
from tests.support.embedded import EmbeddedStack
from tests.support.in_process_client import (
    UNAVAILABLE,
    InProcessClient,
    in_process_client,
)

PAY = """
INSERT INTO payments (reservation_id, status, amount_minor, currency, created_at)
SELECT id, 'PENDING', amount_minor, currency, clock_timestamp()
FROM reservations WHERE id = $1
RETURNING id
"""


@pytest.fixture
async def cutter(stack: EmbeddedStack) -> AsyncIterator[AnswerCutter]:
    async with AnswerCutter(stack.postgres.port) as cutter:
        yield cutter


@pytest.fixture
async def client(
    stack: EmbeddedStack,
    database_url: str,
    cutter: AnswerCutter,
    ana: UUID,
    tmp_path: Path,
) -> AsyncIterator[InProcessClient]:
    """A pool of one connection, so the cut hits the statement that the test sends."""
    url = database_url.replace(f":{stack.postgres.port}/", f":{cutter.port}/")
    environment = stack.environment | {"DATABASE_URL": url, "DB_POOL_SIZE": "1"}
    async with in_process_client(environment, tmp_path / "keys", ana) as client:
        yield client


async def test_a_retry_with_the_key_finds_the_hold_whose_answer_was_lost(
    client: InProcessClient, cutter: AnswerCutter, show: Show, cinema: Cinema
) -> None:
    key = str(uuid4())
    assert await client.reserves(show, 0)

    cutter.cut_after(b"")
    lost = await client.reserve(show, 1, key)
    again = await client.reserve(show, 1, key)

    assert cutter.cuts == 1
    assert lost["errors"][0]["extensions"] == UNAVAILABLE
    assert again["data"]["reserveSeats"]["status"] == "PENDING"
    assert (await cinema.seat_states(show))[1] == ("HELD", 2)
    assert await cinema.count("reservations", "session_id = $1", show.session_id) == 2


async def test_a_retry_with_the_key_finds_the_sale_whose_answer_was_lost(
    client: InProcessClient, cutter: AnswerCutter, show: Show, cinema: Cinema
) -> None:
    held = await client.reserve(show, 0)
    reservation = UUID(held["data"]["reserveSeats"]["id"])
    payment = await cinema.pool.fetchval(PAY, reservation)
    key = str(uuid4())

    unknown = {"paymentId": str(uuid4())}
    refused = await client.ask(APPROVE_PAYMENT, input=unknown)
    assert refused["data"]["approvePayment"]["__typename"] == "NotFound"
    cutter.cut_after(b"")
    entered = {"paymentId": str(payment), "idempotencyKey": key}
    lost = await client.ask(APPROVE_PAYMENT, input=entered)
    again = await client.ask(APPROVE_PAYMENT, input=entered)

    assert cutter.cuts == 1
    assert lost["errors"][0]["extensions"] == UNAVAILABLE
    assert again["data"]["approvePayment"]["status"] == "APPROVED"
    assert (await cinema.seat_states(show))[0] == ("SOLD", 3)
    assert await cinema.count("idempotency_keys", "key = $1", key) == 1
