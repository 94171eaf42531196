"""Holds that wait at the same moment share a statement, and are decided one by one."""

import asyncio
from dataclasses import replace
from datetime import timedelta, timezone
from uuid import UUID, uuid4

import pytest

from domain.money import Money
from domain.ports import Expected, HoldVerdict, IdempotencyKey, Wanted
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.holds import decide, holding, outcome
from tests.support.polling import BLOCKED, eventually

KEY = IdempotencyKey("reserveSeats", "again", b"input")


@pytest.fixture
def ledger(pool: Pool) -> PostgresLedger:
    return PostgresLedger(pool)


async def transactions(pool: Pool, *shows: Show) -> int:
    return int(
        await pool.fetchval(
            "SELECT count(DISTINCT changed_in) FROM session_seats"
            " WHERE status = 'HELD' AND session_id = ANY($1)",
            [show.session_id for show in shows],
        )
    )


async def test_forty_customers_of_two_sessions_share_two_commits(
    ledger: PostgresLedger, cinema: Cinema, pool: Pool
) -> None:
    shows = [await cinema.open_session(seats=20) for _ in range(2)]
    customers = await cinema.customers(40)
    holds = [
        holding(customer, shows[number % 2].wanting(number // 2))
        for number, customer in enumerate(customers)
    ]

    verdicts = await decide(ledger, *holds)

    assert list(map(outcome, verdicts)) == ["held"] * 40
    for hold, verdict in zip(holds, verdicts, strict=True):
        assert isinstance(verdict, HoldVerdict)
        assert verdict.reservation
        assert verdict.reservation.id == hold.reservation_id
        assert verdict.reservation.customer_id == hold.customer_id
        assert tuple(s.id for s in verdict.reservation.seats) == hold.wanted.seat_ids
    assert await transactions(pool, *shows) == 2


async def test_each_member_is_refused_for_its_own_reason(
    ledger: PostgresLedger, cinema: Cinema, pool: Pool, ana: UUID
) -> None:
    show = await cinema.open_session(seats=10)
    closed = await cinema.open_session(starts_in=-timedelta(minutes=1))
    first, overdue = holding(ana, show.wanting(0)), holding(ana, show.wanting(1))
    await decide(ledger, first, overdue)
    await expire_hold(pool, overdue.reservation_id)
    foreign = Wanted(session_id=show.session_id, seat_ids=closed.seat_ids[:1])

    verdicts = await decide(
        ledger,
        holding(ana, show.wanting(0, 2)),
        holding(ana, show.wanting(1, 3)),
        holding(ana, closed.wanting(1)),
        holding(ana, foreign),
        holding(ana, Wanted(session_id=uuid4(), seat_ids=(uuid4(),))),
        holding(ana, show.wanting(4, 5)),
    )

    assert list(map(outcome, verdicts)) == [
        *("1 taken", "1 taken", "closed", "not found", "not found", "held")
    ]
    assert isinstance(verdicts[1], HoldVerdict)
    assert verdicts[1].expired == (overdue.reservation_id,)


async def test_each_member_is_compared_with_what_its_customer_was_shown(
    ledger: PostgresLedger, show: Show, ana: UUID
) -> None:
    first = await ledger.hold(holding(ana, show.wanting(9)))
    assert first.session
    start = first.session.starts_at
    shown = (
        Expected(starts_at=start, total=Money(2500, "BRL")),
        Expected(starts_at=start + timedelta(microseconds=1)),
        Expected(total=Money(2501, "BRL")),
        Expected(total=Money(2500, "USD")),
        Expected(starts_at=start.astimezone(timezone(timedelta(hours=5, seconds=30)))),
    )

    verdicts = await decide(
        ledger,
        *(
            holding(ana, replace(show.wanting(number), expected=expected))
            for number, expected in enumerate(shown)
        ),
    )

    assert list(map(outcome, verdicts)) == [
        *("held", "0 taken", "0 taken", "0 taken", "held")
    ]


async def test_two_who_want_a_seat_or_use_a_key_are_not_in_one_group(
    ledger: PostgresLedger, cinema: Cinema, show: Show, ana: UUID
) -> None:
    [bia] = await cinema.customers(1)

    verdicts = await decide(
        ledger,
        holding(ana, show.wanting(0), KEY),
        holding(bia, show.wanting(0), KEY),
        holding(ana, show.wanting(1), KEY),
        holding(bia, show.wanting(2)),
    )

    outcomes = list(map(outcome, verdicts))
    assert outcomes in (
        ["held", "1 taken", "KeyReusedError", "held"],
        ["1 taken", "held", "held", "held"],
        ["KeyReusedError", "held", "held", "held"],
    )


async def test_only_the_member_whose_seat_is_locked_waits(
    ledger: PostgresLedger, pool: Pool, show: Show, cinema: Cinema
) -> None:
    customers = await cinema.customers(4)
    locked, *others = [
        holding(customer, show.wanting(number))
        for number, customer in enumerate(customers)
    ]
    lock = "SELECT 1 FROM session_seats WHERE id = $1 FOR UPDATE"
    async with pool.acquire() as db, db.transaction():
        await db.execute(lock, locked.wanted.seat_ids[0])
        waiting = asyncio.create_task(ledger.hold(locked))
        verdicts = await decide(ledger, *others)

        async def is_blocked() -> bool:
            return bool(await pool.fetchval(BLOCKED))

        await eventually(is_blocked)

    assert list(map(outcome, verdicts)) == ["held"] * 3
    assert outcome(await waiting) == "held"


async def test_a_cancelled_caller_leaves_the_others_in_order(
    ledger: PostgresLedger, cinema: Cinema, show: Show, ana: UUID
) -> None:
    calls = [
        asyncio.create_task(ledger.hold(holding(ana, show.wanting(number))))
        for number in range(4)
    ]
    await asyncio.sleep(0)
    calls[0].cancel()  # before the group is sent
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    calls[1].cancel()  # while Postgres decides

    verdicts = await asyncio.gather(*calls, return_exceptions=True)

    assert list(map(outcome, verdicts)) == [
        *("CancelledError", "CancelledError", "held", "held")
    ]
    [first, _, *others] = await cinema.seat_states(show)
    assert first == ("AVAILABLE", 1)
    assert others[:2] == [("HELD", 2)] * 2
    assert outcome(await ledger.hold(holding(ana, show.wanting(0)))) == "held"
