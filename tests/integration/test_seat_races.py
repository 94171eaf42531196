"""Crowds on the same seats, against real Postgres and Redis."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from uuid import UUID, uuid4

import pytest

from domain.booking import BookingService
from domain.errors import (
    DomainError,
    IdempotencyConflictError,
    SeatsUnavailableError,
)
from domain.ports import SeatLocks
from domain.reservation import Reservation
from persistence.key_value.seat_locks import RedlockSeatLocks
from persistence.postgres.pool import Pool
from persistence.sales import hold_sql
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show
from tests.support.null_services import NoSeatLocks, NoWakeup


async def outcomes(calls: list[Awaitable[Reservation]]) -> Counter[str]:
    answers = await asyncio.gather(*calls, return_exceptions=True)
    for answer in answers:
        assert isinstance(answer, Reservation | DomainError), repr(answer)
    return Counter(type(answer).__name__ for answer in answers)


def booking(pool: Pool, locks: SeatLocks) -> BookingService:
    return BookingService(PostgresLedger(pool), locks, NoWakeup())


async def storm(pool: Pool, locks: SeatLocks) -> tuple[Cinema, Show, Counter[str]]:
    cinema = Cinema(pool)
    show = await cinema.open_session(seats=3)
    customers = await cinema.customers(200)
    service = booking(pool, locks)
    seat = show.seat_ids[1]
    counted = await outcomes(
        [service.reserve_seats(show.session_id, [seat], who) for who in customers]
    )
    return cinema, show, counted


@pytest.mark.parametrize("locked", [True, False], ids=["redlock", "postgres alone"])
async def test_exactly_one_of_two_hundred_gets_the_seat(
    pool: Pool, seat_locks: RedlockSeatLocks, locked: bool
) -> None:
    cinema, show, counted = await storm(pool, seat_locks if locked else NoSeatLocks())

    assert counted == {"Reservation": 1, "SeatsUnavailableError": 199}
    assert await cinema.seat_states(show) == [
        ("AVAILABLE", 1),
        ("HELD", 2),
        ("AVAILABLE", 1),
    ]
    assert await cinema.count("claims", "session_seat_id = $1", show.seat_ids[1]) == 1


def remove_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOLD", "HOLD_GROUP", "HOLD_FIRST"):
        unguarded = getattr(hold_sql, name).replace(hold_sql.SEAT_IS_FREE, "TRUE")
        monkeypatch.setattr(hold_sql, name, unguarded)


async def test_without_the_guard_the_same_crowd_sees_two_winners(
    scratch_pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves that the test above can fail: the guard is what makes it pass."""
    remove_guard(monkeypatch)
    await scratch_pool.execute("DROP INDEX uq_claims_one_open")

    _, _, counted = await storm(scratch_pool, NoSeatLocks())

    assert counted["Reservation"] >= 2


async def test_the_database_refuses_a_second_open_claim_by_itself(
    scratch_pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove_guard(monkeypatch)

    with pytest.raises(AssertionError, match="uq_claims_one_open"):
        await storm(scratch_pool, NoSeatLocks())

    assert await Cinema(scratch_pool).count("reservations", "TRUE") == 1


@pytest.mark.parametrize("locked", [True, False], ids=["redlock", "postgres alone"])
async def test_crossing_sets_neither_deadlock_nor_hold_in_part(
    pool: Pool, seat_locks: RedlockSeatLocks, locked: bool
) -> None:
    cinema = Cinema(pool)
    show = await cinema.open_session(seats=12)
    customers = await cinema.customers(50)
    service = booking(pool, seat_locks if locked else NoSeatLocks())
    dice = random.Random(7)
    held: list[Reservation] = []

    async def take_and_give_back(customer: UUID) -> None:
        for _ in range(6):
            wanted = dice.sample(show.seat_ids, dice.randint(2, 6))
            try:
                got = await service.reserve_seats(show.session_id, wanted, customer)
            except SeatsUnavailableError:
                continue
            assert {seat.id for seat in got.seats} == set(wanted)
            held.append(got)
            await service.cancel_reservation(got.id, customer)

    async with asyncio.timeout(30):
        await asyncio.gather(*map(take_and_give_back, customers))

    states = await cinema.seat_states(show)
    assert {status for status, _ in states} == {"AVAILABLE"}
    changes = sum(len(reservation.seats) for reservation in held) * 2
    assert sum(version - 1 for _, version in states) == changes > 0
    assert (
        await cinema.count(
            "claims",
            "released_at IS NULL AND session_seat_id = ANY($1)",
            list(show.seat_ids),
        )
        == 0
    )


async def test_ten_equal_requests_with_one_key_are_one_reservation(
    pool: Pool, seat_locks: RedlockSeatLocks
) -> None:
    cinema = Cinema(pool)
    show = await cinema.open_session()
    [ana] = await cinema.customers(1)
    wanted = list(show.seat_ids[:2])
    for locks in (seat_locks, NoSeatLocks()):
        service = booking(pool, locks)
        key = str(uuid4())

        answers = await asyncio.gather(
            *(
                service.reserve_seats(show.session_id, wanted, ana, key)
                for _ in range(10)
            )
        )

        assert len({answer.id for answer in answers}) == 1
        assert await cinema.count("reservations", "id = $1", answers[0].id) == 1
        with pytest.raises(IdempotencyConflictError):
            await service.reserve_seats(show.session_id, show.seat_ids[5:6], ana, key)
        await service.cancel_reservation(answers[0].id, ana)
        again = await service.reserve_seats(show.session_id, wanted, ana, key)
        assert (again.id, again.status) == (answers[0].id, "CANCELLED")


async def test_a_key_belongs_to_one_customer(pool: Pool) -> None:
    cinema = Cinema(pool)
    show = await cinema.open_session()
    ana, bruno = await cinema.customers(2)
    service = booking(pool, NoSeatLocks())

    hers = await service.reserve_seats(show.session_id, show.seat_ids[:1], ana, "k")
    his = await service.reserve_seats(show.session_id, show.seat_ids[1:2], bruno, "k")

    assert hers.id != his.id


async def test_the_price_is_always_the_sessions_own(pool: Pool) -> None:
    cinema = Cinema(pool)
    dear = await cinema.open_session(price_minor=9_900)
    cheap = await cinema.open_session(price_minor=1)
    [ana] = await cinema.customers(1)
    service = booking(pool, NoSeatLocks())

    with pytest.raises(DomainError) as refused:
        await service.reserve_seats(cheap.session_id, dear.seat_ids[:1], ana)
    reservation = await service.reserve_seats(dear.session_id, dear.seat_ids[:3], ana)

    assert refused.value.code == "NOT_FOUND"
    assert (reservation.total.amount_minor, reservation.total.currency) == (
        29_700,
        "BRL",
    )
