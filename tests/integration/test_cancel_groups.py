"""Cancels of one moment share a statement, and each has its own outcome."""

import asyncio
from uuid import UUID, uuid4

import pytest

from domain.reservation import Reservation, ReservationStatus
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.polling import soon, until_blocked
from tests.support.sale_events import hold

PENDING = ReservationStatus.PENDING
CANCELLED, EXPIRED = ReservationStatus.CANCELLED, ReservationStatus.EXPIRED
LOCK_RESERVATION = "SELECT FROM reservations WHERE id = $1 FOR UPDATE"
LOCK_SEATS = "SELECT FROM session_seats WHERE reservation_id = $1 FOR UPDATE"


@pytest.fixture
def cinema(pool: Pool) -> Cinema:
    return Cinema(pool)


@pytest.fixture
async def show(cinema: Cinema) -> Show:
    return await cinema.open_session(seats=40)


@pytest.fixture
def ledger(pool: Pool) -> PostgresLedger:
    return PostgresLedger(pool)


async def statuses(
    ledger: PostgresLedger, *asked: tuple[UUID, UUID]
) -> list[ReservationStatus | None]:
    """Of reservations and who wants to cancel them."""
    verdicts = await asyncio.gather(*(ledger.cancel(*each) for each in asked))
    return [
        verdict.reservation.status if verdict.reservation else verdict.status
        for verdict in verdicts
    ]


def own(held: Reservation) -> tuple[UUID, UUID]:
    return held.id, held.customer_id


async def test_a_crowd_of_cancels_is_a_few_transactions(
    cinema: Cinema, show: Show, ledger: PostgresLedger
) -> None:
    held = [await hold(cinema, show, seat) for seat in range(40)]

    assert await statuses(ledger, *map(own, held)) == [CANCELLED] * 40

    rows = await cinema.pool.fetch(
        "SELECT status, changed_in, reservation_id FROM session_seats"
        " WHERE session_id = $1",
        show.session_id,
    )
    assert {(row["status"], row["reservation_id"]) for row in rows} == {
        ("AVAILABLE", None)
    }
    assert len({row["changed_in"] for row in rows}) == 2  # groups of 32 at most


async def test_each_gets_its_own_outcome(
    cinema: Cinema, show: Show, ledger: PostgresLedger
) -> None:
    held = [await hold(cinema, show, seat) for seat in range(4)]
    await expire_hold(cinema.pool, held[1].id)
    await ledger.cancel(*own(held[2]))
    stranger = (held[3].id, held[0].customer_id)

    outcomes = await statuses(
        ledger, *map(own, held[:3]), stranger, (uuid4(), held[0].customer_id)
    )

    assert outcomes == [CANCELLED, EXPIRED, CANCELLED, None, None]
    assert await statuses(ledger, own(held[3])) == [CANCELLED]


async def test_one_that_is_cancelled_twice_at_once_is_cancelled_once(
    cinema: Cinema, show: Show, ledger: PostgresLedger
) -> None:
    held = await hold(cinema, show, 0)

    verdicts = await asyncio.gather(*(ledger.cancel(*own(held)) for _ in range(3)))

    assert sum(verdict.reservation is not None for verdict in verdicts) == 1
    assert {verdict.status for verdict in verdicts} == {PENDING, CANCELLED}
    [[_, version]] = (await cinema.seat_states(show))[:1]
    assert version == 3


@pytest.mark.parametrize("lock", [LOCK_RESERVATION, LOCK_SEATS])
async def test_nobody_waits_for_what_another_one_waits_for(
    cinema: Cinema, show: Show, ledger: PostgresLedger, lock: str
) -> None:
    held = [await hold(cinema, show, seat) for seat in range(3)]
    async with cinema.pool.acquire() as db, db.transaction():
        await db.fetch(lock, held[1].id)
        late = asyncio.create_task(ledger.cancel(*own(held[1])))
        others = await soon(statuses(ledger, own(held[0]), own(held[2])))
        await until_blocked(cinema.pool, 1)
        assert not late.done()

    assert others == [CANCELLED] * 2
    verdict = await late
    assert verdict.reservation
    assert [each.status for each in verdict.reservation.seats] == ["AVAILABLE"]
