"""How many seats of a session one customer may hold and own."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest

from domain.ports import Hold
from persistence.postgres.pool import Pool, open_pool
from persistence.sales import hold_sql
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.holds import decide, holding, outcome

LIMIT = 6


@pytest.fixture
def ledger(pool: Pool) -> PostgresLedger:
    return PostgresLedger(pool)


@pytest.fixture
async def second_pool(database_url: str) -> AsyncIterator[Pool]:
    pool = await open_pool(database_url, max_size=4, name="second")
    yield pool
    await pool.close()


def limited(customer: UUID, show: Show, *numbers: int) -> Hold:
    return replace(holding(customer, show.wanting(*numbers)), seats_per_customer=LIMIT)


def pairs(customer: UUID, show: Show, count: int) -> list[Hold]:
    return [limited(customer, show, 2 * n, 2 * n + 1) for n in range(count)]


async def seats_of(pool: Pool, customer: UUID, show: Show) -> int:
    return int(
        await pool.fetchval(
            "SELECT count(*) FROM session_seats ss"
            " JOIN reservations r ON r.id = ss.reservation_id"
            " WHERE ss.session_id = $1 AND r.customer_id = $2",
            show.session_id,
            customer,
        )
    )


async def race(
    ledgers: list[PostgresLedger], cinema: Cinema, *, rounds: int = 5
) -> list[int]:
    """The seats of customers whose calls cross, through several processes."""
    show = await cinema.open_session(seats=100 * rounds)
    had: list[int] = []
    for number, customer in enumerate(await cinema.customers(rounds)):
        own = replace(show, seat_ids=show.seat_ids[100 * number :])
        calls = [
            ledgers[turn % len(ledgers)].hold(hold)
            for turn, hold in enumerate(pairs(customer, own, 12))
        ]
        verdicts = await asyncio.gather(*calls)
        assert {outcome(each) for each in verdicts} <= {"held", "over limit"}
        had.append(await seats_of(cinema.pool, customer, show))
    return had


async def test_crossing_calls_of_a_customer_keep_to_the_limit(
    pool: Pool, second_pool: Pool, cinema: Cinema
) -> None:
    ledgers = [PostgresLedger(pool), PostgresLedger(second_pool)]

    assert await race(ledgers, cinema) == [LIMIT] * 5


async def test_without_turns_the_same_calls_pass_the_limit(
    scratch_pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves that the test above can fail: the lock is what makes it pass."""
    for name, lock in (("HOLD", "WAIT_FOR_TURN"), ("HOLD_GROUP", "HAS_TURN")):
        statement, locking = getattr(hold_sql, name), getattr(hold_sql, lock)
        assert locking in statement
        monkeypatch.setattr(hold_sql, name, statement.replace(locking, "TRUE"))
    ledgers = [PostgresLedger(scratch_pool) for _ in range(4)]

    assert max(await race(ledgers, Cinema(scratch_pool))) > LIMIT


async def test_seats_that_are_held_and_owned_count_together(
    ledger: PostgresLedger, pool: Pool, show: Show, ana: UUID
) -> None:
    owned, held = limited(ana, show, 0, 1), limited(ana, show, 2, 3, 4)
    await decide(ledger, owned, held)
    await pool.execute(
        "UPDATE reservations SET status = 'CONFIRMED' WHERE id = $1",
        owned.reservation_id,
    )

    refused = await ledger.hold(limited(ana, show, 5, 6))
    allowed = await ledger.hold(limited(ana, show, 7))

    assert (outcome(refused), outcome(allowed)) == ("over limit", "held")
    assert await seats_of(pool, ana, show) == LIMIT


async def test_each_session_and_each_customer_has_a_limit(
    ledger: PostgresLedger, cinema: Cinema, show: Show, ana: UUID
) -> None:
    other = await cinema.open_session()
    [bia] = await cinema.customers(1)

    verdicts = await decide(
        ledger,
        limited(ana, show, *range(LIMIT)),
        limited(ana, other, *range(LIMIT)),
        limited(bia, show, *range(LIMIT, 10)),
    )

    assert list(map(outcome, verdicts)) == ["held"] * 3


async def test_seats_that_were_given_back_do_not_count(
    ledger: PostgresLedger, show: Show, ana: UUID
) -> None:
    first = limited(ana, show, *range(LIMIT))
    await ledger.hold(first)
    before = await ledger.hold(limited(ana, show, 9))
    await ledger.cancel(first.reservation_id, ana)

    assert outcome(before) == "over limit"
    assert outcome(await ledger.hold(limited(ana, show, 9))) == "held"


async def test_an_overdue_hold_counts_until_it_is_ended(
    ledger: PostgresLedger, pool: Pool, show: Show, ana: UUID
) -> None:
    """It may be extended at this moment: only its row knows."""
    first, second = limited(ana, show, *range(LIMIT)), limited(ana, show, 9)
    await ledger.hold(first)
    await expire_hold(pool, first.reservation_id)

    refused = await ledger.hold(second)
    await ledger.expire(refused.expired)

    assert outcome(refused) == "over limit"
    assert refused.expired == (first.reservation_id,)
    assert outcome(await ledger.hold(second)) == "held"
    assert await seats_of(pool, ana, show) == 1


async def test_seats_of_others_are_the_first_reason(
    ledger: PostgresLedger, cinema: Cinema, show: Show, ana: UUID
) -> None:
    [bia] = await cinema.customers(1)
    await decide(ledger, limited(ana, show, *range(LIMIT)), limited(bia, show, LIMIT))

    assert outcome(await ledger.hold(limited(ana, show, LIMIT))) == "1 taken"
