"""Crowds that ask for the best seats, against real Postgres and Redis."""

import asyncio
import random
from collections import Counter
from datetime import datetime
from itertools import cycle
from types import ModuleType
from uuid import UUID

import pytest

from domain.best_seats import Wish
from domain.reservation import Reservation
from persistence.key_value.seat_locks import RedlockSeatLocks
from persistence.postgres.pool import Pool
from persistence.queries import seatings
from persistence.sales import hold_sql, ticket_hold_sql
from persistence.sales.ledger import PostgresLedger
from tests.support.best_seats import BigRoom, Process, Refusal, surely_free_pairs
from tests.support.cinema import expire_hold
from tests.support.null_services import NoSeatLocks

PAIR = Wish(count=2)


def seats_of(reservation: Reservation) -> list[UUID]:
    return [seat.id for seat in reservation.seats]


@pytest.mark.parametrize("has_types", [False, True], ids=["default", "two types"])
async def test_five_hundred_pairs_fill_a_thousand_seats(
    pool: Pool, seat_locks: RedlockSeatLocks, *, has_types: bool
) -> None:
    room = await BigRoom.open(pool, rows=25, seats=40)
    types = await room.sell_two_types() if has_types else ()
    customers = await room.cinema.customers(500)
    processes = cycle([Process(pool, seat_locks), Process(pool, seat_locks)])
    answers = await asyncio.gather(
        *(next(processes).sell(room.session_id, PAIR, who, types) for who in customers)
    )
    held = [answer for answer in answers if isinstance(answer, Reservation)]
    assert len(held) == 500
    assert all(room.are_side_by_side(seats_of(each)) for each in held)
    assert len({seat for each in held for seat in seats_of(each)}) == 1_000
    assert await room.lone_seats() == 0


@pytest.mark.parametrize("has_types", [False, True], ids=["default", "two types"])
async def test_nobody_is_refused_while_a_pair_is_free(
    pool: Pool, *, has_types: bool
) -> None:
    """Some cancel meanwhile, others come back: judged by the moments of the rows."""
    room = await BigRoom.open(pool, rows=5, seats=20)
    types = await room.sell_two_types() if has_types else ()
    customers = await room.cinema.customers(90)
    processes = [Process(pool, NoSeatLocks()) for _ in range(3)]
    dice = random.Random(13)
    given_back: dict[UUID, datetime] = {}
    answers: list[Reservation | Refusal] = []

    async def buy(customer: UUID) -> None:
        for _ in range(3):
            process = dice.choice(processes)
            answer = await process.sell(room.session_id, PAIR, customer, types)
            answers.append(answer)
            if isinstance(answer, Reservation) and dice.random() < 0.5:
                await process.booking.cancel_reservation(answer.id, customer)
                given_back[answer.id] = await process.now()

    await asyncio.gather(*map(buy, customers))
    counted = Counter(type(answer).__name__ for answer in answers)
    assert counted["Refusal"], counted
    for answer in answers:
        if isinstance(answer, Reservation):
            assert room.are_side_by_side(seats_of(answer))
        else:
            assert not await surely_free_pairs(room, answer, given_back)


def only_in_postgres(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.best_booking.TRIES", 0)


async def last_pairs(
    pool: Pool, *, has_types: bool
) -> tuple[BigRoom, list[Reservation | Refusal]]:
    room = await BigRoom.open(pool, rows=2, seats=6)
    types = await room.sell_two_types() if has_types else ()
    customers = await room.cinema.customers(60)
    process = Process(pool, NoSeatLocks())
    answers = await asyncio.gather(
        *(process.sell(room.session_id, PAIR, who, types) for who in customers)
    )
    return room, list(answers)


@pytest.mark.parametrize("has_types", [False, True], ids=["default", "two types"])
async def test_the_statement_alone_sells_each_pair_once(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, *, has_types: bool
) -> None:
    only_in_postgres(monkeypatch)
    room, answers = await last_pairs(pool, has_types=has_types)
    held = [answer for answer in answers if isinstance(answer, Reservation)]
    assert len(held) == 6
    assert len({seat for each in held for seat in seats_of(each)}) == 12
    assert await room.cinema.count("claims", "TRUE") >= 12


@pytest.mark.parametrize(
    ("module", "name"),
    [(hold_sql, "HOLD_FIRST"), (ticket_hold_sql, "HOLD_FIRST_TICKETS")],
    ids=["default", "two types"],
)
async def test_without_the_guard_the_same_crowd_shares_seats(
    scratch_pool: Pool, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str
) -> None:
    only_in_postgres(monkeypatch)
    unguarded = getattr(module, name).replace(hold_sql.SEAT_IS_FREE, "TRUE")
    monkeypatch.setattr(module, name, unguarded)
    await scratch_pool.execute("DROP INDEX uq_claims_one_open")
    _, answers = await last_pairs(scratch_pool, has_types=module is ticket_hold_sql)
    held = [answer for answer in answers if isinstance(answer, Reservation)]
    assert len(held) > 6


async def test_who_is_too_late_asks_postgres_for_no_seats_of_others(
    pool: Pool, seat_locks: RedlockSeatLocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seats that other calls of the process are about to hold are waited for."""
    room = await BigRoom.open(pool, rows=10, seats=20)
    customers = await room.cinema.customers(130)
    process = Process(pool, seat_locks)
    monkeypatch.delattr(PostgresLedger, "hold_first")

    answers = await asyncio.gather(
        *(process.sell(room.session_id, PAIR, who) for who in customers)
    )

    counted = Counter(type(answer).__name__ for answer in answers)
    assert counted == {"Reservation": 100, "Refusal": 30}


async def test_what_a_process_does_not_know_is_found_in_postgres(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seatings, "RECENT_SECONDS", 3_600.0)
    room = await BigRoom.open(pool, rows=1, seats=4)
    [ana, bia] = await room.cinema.customers(2)
    one, other = Process(pool, NoSeatLocks()), Process(pool, NoSeatLocks())
    first = await one.sell(room.session_id, PAIR, ana)
    assert isinstance(first, Reservation)
    second = await other.sell(room.session_id, PAIR, bia)
    assert isinstance(second, Reservation)
    await other.booking.cancel_reservation(second.id, bia)
    assert isinstance(await one.sell(room.session_id, PAIR, ana), Reservation)
    assert isinstance(await other.sell(room.session_id, PAIR, bia), Refusal)


async def test_a_hold_that_is_over_is_ended_and_its_seats_held(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_in_postgres(monkeypatch)
    room = await BigRoom.open(pool, rows=1, seats=2)
    [ana, bia] = await room.cinema.customers(2)
    process = Process(pool, NoSeatLocks())
    first = await process.sell(room.session_id, PAIR, ana)
    assert isinstance(first, Reservation)
    await expire_hold(pool, first.id)
    second = await process.sell(room.session_id, PAIR, bia)
    assert isinstance(second, Reservation)
    assert [seat.version for seat in second.seats] == [4, 4]
