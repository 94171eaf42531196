"""Quotas of ticket types, which no crowd exceeds."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from domain.booking import BookingService
from domain.errors import TicketQuotaExhaustedError
from persistence.catalog import catalog_sql
from persistence.catalog.session_price_sql import GROW_QUOTAS
from persistence.sales import ticket_hold_sql
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, expire_hold
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.polling import until_blocked
from tests.support.prices import (
    ADD_QUOTA,
    RESERVE,
    PricedShow,
    open_priced_session,
    students_of,
    with_types,
)
from tests.support.schema_client import SchemaClient

LOCK_QUOTA = "SELECT FROM ticket_quotas WHERE session_id = $1 FOR UPDATE"
DUE_FIRST = """
UPDATE reservations SET created_at = created_at - interval '1 year',
                        expires_at = expires_at - interval '1 year' WHERE id = $1
"""
CANCEL = """
mutation ($id: ID!) { cancelReservation(input: {reservationId: $id}) { __typename } }
"""


def booking(cinema: Cinema) -> BookingService:
    return BookingService(PostgresLedger(cinema.pool), NoSeatLocks(), NoWakeup())


async def test_a_quota_is_taken_and_given_back(
    client: SchemaClient, cinema: Cinema, priced: PricedShow, ana: UUID
) -> None:
    async def reserve(*seats: int) -> dict[str, Any]:
        chosen = with_types(priced, dict.fromkeys(seats, priced.student))
        return await client.mutate(RESERVE, ana, **chosen)

    first, second = await reserve(0, 1, 2), await reserve(3)
    full = await reserve(4)
    assert full["code"] == "TICKET_QUOTA_EXHAUSTED"
    taken = await reserve(3)
    assert taken["code"] == "SEATS_UNAVAILABLE"
    assert await students_of(cinema, priced) == 4

    await client.data(CANCEL, ana, id=first["id"])
    assert await students_of(cinema, priced) == 1
    await expire_hold(cinema.pool, UUID(second["id"]))
    third = await reserve(0, 1, 2, 4)

    assert third["__typename"] == "Reservation"
    assert await students_of(cinema, priced) == 4


@pytest.mark.parametrize("locked", [True, False])
async def test_a_crowd_does_not_exceed_a_quota(
    cinema: Cinema, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """Without the lock on the counter it does: that is what the lock is for."""
    priced = await open_priced_session(cinema, seats=30, students=7)
    if not locked:
        free = ticket_hold_sql.HOLD_TICKETS.replace("FOR UPDATE OF q", "")
        assert free != ticket_hold_sql.HOLD_TICKETS
        monkeypatch.setattr(ticket_hold_sql, "HOLD_TICKETS", free)
    customers = await cinema.customers(15)
    book = booking(cinema)

    outcomes = await asyncio.gather(
        *(
            book.reserve_seats(
                priced.session_id,
                [priced.seat_ids[2 * n], priced.seat_ids[2 * n + 1]],
                customer,
                types=[(priced.seat_ids[2 * n], priced.student)],
            )
            for n, customer in enumerate(customers)
        ),
        return_exceptions=True,
    )

    held = [each for each in outcomes if not isinstance(each, BaseException)]
    refused = [each for each in outcomes if isinstance(each, BaseException)]
    if locked:
        assert await students_of(cinema, priced) == len(held) == 7
        assert all(isinstance(each, TicketQuotaExhaustedError) for each in refused)
    else:
        assert len(held) > 7


async def test_crossing_holds_of_two_quotas_do_not_deadlock(
    cinema: Cinema, priced: PricedShow
) -> None:
    await cinema.pool.execute(
        "INSERT INTO ticket_quotas (session_id, ticket_type_id, seats_limit)"
        " VALUES ($1, $2, 9)",
        priced.session_id,
        priced.child,
    )
    customers = await cinema.customers(4)
    book = booking(cinema)

    async def take_and_give_back(n: int, customer: UUID) -> None:
        one, other = priced.seat_ids[2 * n], priced.seat_ids[2 * n + 1]
        types = [(one, priced.child), (other, priced.student)]
        for _ in range(5):
            held = await book.reserve_seats(
                priced.session_id,
                [one, other],
                customer,
                types=types if n % 2 else types[::-1],
            )
            await book.cancel_reservation(held.id, customer)

    async with asyncio.timeout(60):
        await asyncio.gather(
            *(take_and_give_back(n, each) for n, each in enumerate(customers))
        )

    assert await students_of(cinema, priced) == 0


async def test_a_hold_counts_in_a_quota_that_came_while_it_waited(
    client: SchemaClient, cinema: Cinema, priced: PricedShow, ana: UUID
) -> None:
    pool, session_id = cinema.pool, priced.session_id
    await pool.execute("DELETE FROM ticket_quotas WHERE session_id = $1", session_id)

    async with pool.acquire() as db, db.transaction():
        await db.execute(catalog_sql.LOCK_SESSION, session_id)
        holding = asyncio.create_task(
            client.mutate(RESERVE, ana, **with_types(priced, {0: priced.student}))
        )
        await until_blocked(pool, 1)
        await db.execute(ADD_QUOTA, session_id, priced.student, 4)
        await db.execute(
            "UPDATE sessions SET version = version + 1 WHERE id = $1", session_id
        )

    assert (await holding)["__typename"] == "Reservation"
    assert await students_of(cinema, priced) == 1


async def test_a_wrong_counter_does_not_stop_the_sweeper(
    client: SchemaClient, cinema: Cinema, priced: PricedShow, ana: UUID
) -> None:
    held = await client.mutate(RESERVE, ana, **with_types(priced, {0: priced.student}))
    await cinema.pool.execute(
        "UPDATE ticket_quotas SET seats_taken = 0 WHERE session_id = $1",
        priced.session_id,
    )
    await cinema.pool.execute(DUE_FIRST, UUID(held["id"]))  # others may be due, too

    await PostgresLedger(cinema.pool).expire_due(1)

    assert set(await cinema.seat_states(priced)) == {("AVAILABLE", 3), ("AVAILABLE", 1)}
    assert await students_of(cinema, priced) == 0


async def test_quotas_of_a_room_are_locked_in_order(cinema: Cinema) -> None:
    """Otherwise a sweeper that ends holds of both sessions deadlocks with it."""
    pool = cinema.pool
    shows = [await open_priced_session(cinema) for _ in range(2)]
    first, last = sorted(shows, key=lambda priced: priced.session_id)
    room = await cinema.room_of(last)
    await pool.execute(
        "UPDATE sessions SET room_id = $2, starts_at = starts_at + interval '1 day',"
        " ends_at = ends_at + interval '1 day' WHERE id = $1",
        first.session_id,
        room,
    )
    for priced in (last, first):  # not in the order of their ids
        await pool.execute(
            "DELETE FROM ticket_quotas WHERE session_id = $1", priced.session_id
        )
        await pool.execute(
            "UPDATE ticket_types SET quota_percent = 50 WHERE id = $1", priced.student
        )
    for priced in (last, first):
        await pool.execute(ADD_QUOTA, priced.session_id, priced.student, 4)

    async with asyncio.timeout(60), pool.acquire() as db, db.transaction():
        await db.execute(LOCK_QUOTA, first.session_id)
        growing = asyncio.create_task(pool.execute(GROW_QUOTAS, room))
        await until_blocked(pool, 1)
        await db.execute(LOCK_QUOTA, last.session_id)

    assert await growing == "UPDATE 2"
