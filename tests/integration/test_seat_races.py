"""Crowds on the same seats, against real Postgres and Redis."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.booking import BookingService
from domain.errors import (
    DomainError,
    IdempotencyConflictError,
    ReservationExpiredError,
    SeatsUnavailableError,
)
from domain.ports import Hold, SeatLocks
from domain.reservation import Reservation
from domain.sales import PaymentService
from persistence.key_value.seat_locks import RedlockSeatLocks
from persistence.postgres.pool import Pool
from persistence.sales import ledger_sql
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show
from tests.support.events import open_payments
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


async def test_without_the_guard_the_same_crowd_sees_two_winners(
    scratch_pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves that the test above can fail: the guard is what makes it pass."""
    unguarded = ledger_sql.HOLD.replace(ledger_sql.SEAT_IS_FREE, "TRUE")
    monkeypatch.setattr(ledger_sql, "HOLD", unguarded)
    await scratch_pool.execute("DROP INDEX uq_claims_one_open")

    _, _, counted = await storm(scratch_pool, NoSeatLocks())

    assert counted["Reservation"] >= 2


async def test_the_database_refuses_a_second_open_claim_by_itself(
    scratch_pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    unguarded = ledger_sql.HOLD.replace(ledger_sql.SEAT_IS_FREE, "TRUE")
    monkeypatch.setattr(ledger_sql, "HOLD", unguarded)

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


async def test_approval_racing_expiry_never_parts_money_from_seats(pool: Pool) -> None:
    cinema = Cinema(pool)
    rounds, size = 20, 50
    show = await cinema.open_session(seats=size)
    [ana] = await cinema.customers(1)
    ledger = PostgresLedger(pool)
    payments = PaymentService(ledger, NoSeatLocks(), NoWakeup())
    outcome: Counter[str] = Counter()
    dice = random.Random(11)

    async def approve(payment_id: UUID, delay: float) -> None:
        await asyncio.sleep(delay)
        try:
            await payments.approve_payment(payment_id, ana)
            outcome["approved"] += 1
        except ReservationExpiredError:
            outcome["expired"] += 1

    async def expire(reservation_id: UUID, delay: float) -> None:
        await asyncio.sleep(delay)
        await ledger.expire([reservation_id])

    for _ in range(rounds):
        holds = [await _hold(ledger, show, seat, ana) for seat in show.seat_ids]
        ids = [reservation.id for reservation in holds]
        await open_payments(pool, *ids)
        due = [
            (row["id"], row["reservation_id"])
            for row in await pool.fetch(
                "SELECT id, reservation_id FROM payments"
                " WHERE reservation_id = ANY($1::uuid[])",
                ids,
            )
        ]
        assert len(due) == size
        # All of the round end at one moment, soon; everybody acts close to it.
        await pool.execute(_END_SOON, ids, timedelta(milliseconds=60))
        await asyncio.gather(
            *(approve(pay, 0.06 + dice.uniform(-0.03, 0.02)) for pay, _ in due),
            *(expire(held, 0.06 + dice.uniform(-0.01, 0.02)) for _, held in due),
        )
        await ledger.expire_due(size)
        assert await pool.fetchval(_PARTED, ids) == 0
        await pool.execute(_START_OVER, ids)

    assert outcome.total() == rounds * size
    assert min(outcome["approved"], outcome["expired"]) > 50, outcome


async def _hold(
    ledger: PostgresLedger, show: Show, seat: UUID, customer: UUID
) -> Reservation:
    verdict = await ledger.hold(
        Hold(
            reservation_id=uuid4(),
            session_id=show.session_id,
            customer_id=customer,
            seat_ids=(seat,),
            period=timedelta(seconds=30),
        )
    )
    assert verdict.reservation
    return verdict.reservation


_END_SOON = """
WITH due AS (
    UPDATE reservations SET expires_at = clock_timestamp() + $2::interval
    WHERE id = ANY($1::uuid[]) RETURNING id, expires_at
)
UPDATE session_seats SET held_until = due.expires_at
FROM due WHERE session_seats.reservation_id = due.id
"""

# Whatever is neither wholly sold in time nor wholly given back.
_PARTED = """
SELECT count(*) FROM reservations r
JOIN claims ON claims.reservation_id = r.id
JOIN session_seats seat ON seat.id = claims.session_seat_id
JOIN payments p ON p.reservation_id = r.id
WHERE r.id = ANY($1::uuid[]) AND NOT (
    (r.status = 'CONFIRMED' AND p.status = 'APPROVED' AND seat.status = 'SOLD'
     AND seat.reservation_id = r.id AND claims.released_at IS NULL)
    OR (r.status = 'EXPIRED' AND p.status <> 'APPROVED'
        AND seat.status = 'AVAILABLE' AND claims.released_at IS NOT NULL))
"""

_START_OVER = """
WITH claim AS (
    UPDATE claims SET released_at = clock_timestamp()
    WHERE reservation_id = ANY($1::uuid[]) RETURNING session_seat_id
)
UPDATE session_seats SET status = 'AVAILABLE', reservation_id = NULL
FROM claim WHERE id = claim.session_seat_id
"""


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
