"""Managers who change a price while a crowd takes the seats."""

import asyncio
import random
from collections import Counter
from uuid import UUID

import pytest

from domain.booking import BookingService
from domain.catalog import CatalogService
from domain.errors import SeatsUnavailableError
from domain.money import Money
from persistence.catalog import catalog_sql
from persistence.catalog.catalog import PostgresCatalog
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema
from tests.support.gate import STOP, Gate
from tests.support.null_services import NoSeatLocks, NothingCached, NoWakeup
from tests.support.polling import until_blocked


def catalog(cinema: Cinema) -> CatalogService:
    return CatalogService(PostgresCatalog(cinema.pool), NothingCached(), NoWakeup())


def booking(cinema: Cinema) -> BookingService:
    return BookingService(PostgresLedger(cinema.pool), NoSeatLocks(), NoWakeup())


@pytest.mark.parametrize("locked", [True, False])
async def test_a_hold_that_crosses_a_new_price_is_at_that_price(
    cinema: Cinema,
    ana: UUID,
    monkeypatch: pytest.MonkeyPatch,
    locked: bool,
) -> None:
    """Also without the lock against holds: the row of the seat has the price."""
    repriced = catalog_sql.REPRICE.rstrip() + f", {STOP}"
    monkeypatch.setattr(catalog_sql, "REPRICE", repriced)
    if not locked:
        lock = catalog_sql.LOCK_AGAINST_HOLDS
        unlocked = catalog_sql.LOCK_SESSION.replace(lock, "")
        monkeypatch.setattr(catalog_sql, "LOCK_SESSION", unlocked)
    show = await cinema.open_session(seats=3, price_minor=2500)
    async with Gate(cinema.pool) as gate:
        changing = asyncio.create_task(
            catalog(cinema).update_session(
                show.session_id, {"price_per_seat": Money(9900, "BRL")}
            )
        )
        await until_blocked(cinema.pool, 1)
        holding = asyncio.create_task(
            booking(cinema).reserve_seats(show.session_id, show.seat_ids[:1], ana)
        )
        await until_blocked(cinema.pool, 2)
        await gate.open()
        session = await changing
        held = await holding

    assert session.price_per_seat.amount_minor == 9900
    assert held.total.amount_minor == 9900


async def test_every_reservation_is_at_its_sessions_price(
    cinema: Cinema,
) -> None:
    show = await cinema.open_session(seats=6)
    dice = random.Random(5)
    counted: Counter[str] = Counter()

    async def take_and_give_back(customer: UUID) -> None:
        for _ in range(8):
            wanted = dice.sample(show.seat_ids, dice.randint(1, 2))
            try:
                held = await booking(cinema).reserve_seats(
                    show.session_id, wanted, customer
                )
            except SeatsUnavailableError:
                continue
            [(price, tickets)] = await cinema.pool.fetch(
                "SELECT min(price_minor), count(*) FROM claims"
                " WHERE reservation_id = $1 GROUP BY reservation_id",
                held.id,
            )
            assert held.total.amount_minor == price * tickets
            assert {seat.price.amount_minor for seat in held.seats} == {price}
            await booking(cinema).cancel_reservation(held.id, customer)
            counted["held"] += 1

    async def change_the_price() -> None:
        price = Money(dice.randint(1, 1_000_000), "BRL")
        await catalog(cinema).update_session(show.session_id, {"price_per_seat": price})
        counted["repriced"] += 1

    async def haggle(crowd: "asyncio.Future[list[None]]") -> None:
        while not crowd.done():
            await change_the_price()
        await change_the_price()

    async with asyncio.timeout(60):
        customers = await cinema.customers(4)
        crowd = asyncio.gather(*map(take_and_give_back, customers))
        await asyncio.gather(crowd, haggle(crowd))

    assert counted["held"] and counted["repriced"], counted
    events = await cinema.pool.fetch(
        "SELECT array_agg((seat->>'version')::int ORDER BY position) AS versions,"
        " (array_agg(seat->>'price_minor' ORDER BY position DESC))[1]::int AS last"
        " FROM outbox, jsonb_array_elements(data->'seats') seat"
        " WHERE session_id = $1 AND topic = 'reservations' GROUP BY seat->>'id'",
        show.session_id,
    )
    price = await cinema.pool.fetchval(
        "SELECT price_minor FROM sessions WHERE id = $1", show.session_id
    )
    assert len(events) == 6
    for row in events:
        newest = len(row["versions"]) + 1
        assert row["versions"] == list(range(2, newest + 1))
        assert row["last"] == price
