"""Tickets that are given back where a provider has the money."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from domain.attempts import RefundStatus
from domain.refunds import RefundService
from persistence.money.refunds import PostgresRefunds
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show
from tests.support.refunds import (
    ADD_ATTEMPT,
    asking,
    refund_service,
    sell,
    ticket_ids,
)

EFFECTS = "SELECT operation, refund_id, amount_minor FROM payment_effects"
FLAG = "UPDATE payment_attempts SET flag = 'REFUND_FAILED' WHERE id = $1"
FLAGGED = "SELECT flag FROM payment_attempts WHERE id = $1"
REFUNDED = "SELECT refunded_minor FROM payments WHERE reservation_id = $1"


@pytest.fixture
def refunds(pool: Pool) -> RefundService:
    return refund_service(pool)


@pytest.fixture
async def show(cinema: Cinema) -> Show:
    return await cinema.open_session(seats=10, starts_in=timedelta(days=3))


async def test_money_of_a_provider_is_given_back_by_an_effect(
    pool: Pool, refunds: RefundService, show: Show, ana: UUID
) -> None:
    sold = await sell(pool, show, ana, 0, 1)
    attempt_id = await pool.fetchval(ADD_ATTEMPT, sold.id)
    first, _ = await ticket_ids(pool, sold.id)

    refund = await refunds.refund_tickets(asking(sold, [first]))

    assert refund.status is RefundStatus.PENDING
    effects = await pool.fetch(f"{EFFECTS} WHERE attempt_id = $1", attempt_id)
    assert [*map(tuple, effects)] == [("REFUND", refund.id, 2500)]


async def test_a_refund_that_was_refused_is_sent_again_once(
    pool: Pool, refunds: RefundService, show: Show, ana: UUID
) -> None:
    sold = await sell(pool, show, ana, 0, 1)
    attempt_id = await pool.fetchval(ADD_ATTEMPT, sold.id)
    refund = await refunds.refund_tickets(asking(sold))
    repository = PostgresRefunds(pool)
    assert await repository.repeat(refund.id) is None  # nobody has refused it
    await pool.execute("UPDATE refunds SET status = 'FAILED' WHERE id = $1", refund.id)
    await pool.execute(FLAG, attempt_id)

    sent = await asyncio.gather(*(repository.repeat(refund.id) for _ in range(3)))

    [again] = set(sent) - {None}
    assert again
    assert len([each for each in sent if each]) == 1
    effects = await pool.fetch(
        f"{EFFECTS} WHERE attempt_id = $1 ORDER BY created_at", attempt_id
    )
    assert [row["refund_id"] for row in effects] == [refund.id, again]
    now = await refunds.refund_tickets(asking(sold))
    assert (now.id, now.status, now.amount) == (
        again,
        RefundStatus.PENDING,
        refund.amount,
    )
    assert await pool.fetchval(REFUNDED, sold.id) == 5000
    assert await pool.fetchval(FLAGGED, attempt_id) is None


async def test_the_flag_stays_while_another_refund_has_failed(
    pool: Pool, refunds: RefundService, show: Show, ana: UUID
) -> None:
    sold = await sell(pool, show, ana, 0, 1)
    attempt_id = await pool.fetchval(ADD_ATTEMPT, sold.id)
    failed = [
        (await refunds.refund_tickets(asking(sold, [ticket]))).id
        for ticket in await ticket_ids(pool, sold.id)
    ]
    await pool.execute(
        "UPDATE refunds SET status = 'FAILED' WHERE id = ANY($1)", failed
    )
    await pool.execute(FLAG, attempt_id)
    repository = PostgresRefunds(pool)

    flags = []
    for refund_id in failed:
        await repository.repeat(refund_id)
        flags.append(await pool.fetchval(FLAGGED, attempt_id))

    assert flags == ["REFUND_FAILED", None]
