"""A reservation shows its seats as it has them, or had them last."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from itertools import permutations
from uuid import UUID

import pytest

from domain.booking import BookingService
from domain.catalog import CatalogService
from domain.money import Money
from domain.reservation import Reservation, ReservationStatus
from domain.sales import PaymentService
from domain.seats import SeatStatus, SessionSeat
from persistence.catalog.catalog import PostgresCatalog
from persistence.postgres.pool import Pool
from persistence.queries import Queries
from persistence.queries.keyset import Window
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.events import open_payment
from tests.support.folded_map import true_map
from tests.support.null_services import NoSeatLocks, NothingCached, NoWakeup

AGREED = Money(2500, "BRL")
Close = Callable[[BookingService, Reservation], Awaitable[None]]


async def cancel(booking: BookingService, held: Reservation) -> None:
    await booking.cancel_reservation(held.id, held.customer_id)


async def expire(booking: BookingService, held: Reservation) -> None:
    await expire_hold(booking._ledger._pool, held.id)  # type: ignore[attr-defined]
    assert await booking._ledger.expire([held.id])


async def reprice(pool: Pool, show: Show, amount: int) -> None:
    catalog = CatalogService(PostgresCatalog(pool), NothingCached(), NoWakeup())
    await catalog.update_session(
        show.session_id, {"price_per_seat": Money(amount, "EUR")}
    )


async def sell(pool: Pool, booking: BookingService, show: Show, who: UUID) -> UUID:
    sold = await booking.reserve_seats(show.session_id, show.seat_ids[:2], who)
    payments = PaymentService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())
    await payments.approve_payment(await open_payment(pool, sold.id), who)
    return sold.id


async def reads(pool: Pool, queries: Queries, own: Reservation) -> list[Reservation]:
    """As a list, a query, a subscription and the replay of a key read it."""
    page = await queries.reservations.page(own.customer_id, Window(9))
    by_id = await queries.reservations.by_id(own.customer_id, [own.id])
    return [
        *(value for _, value in page.items if value.id == own.id),
        by_id[own.id],
        await PostgresLedger(pool).reservation(own.id),
    ]


@pytest.mark.parametrize("close", [cancel, expire])
async def test_a_closed_one_shows_its_seats_as_it_gave_them_back(
    cinema: Cinema, queries: Queries, booking: BookingService, close: Close
) -> None:
    pool = cinema.pool
    show = await cinema.open_session(seats=3, price_minor=AGREED.amount_minor)
    ana, bia = await cinema.customers(2)
    held = await booking.reserve_seats(show.session_id, show.seat_ids[:2], ana)
    await close(booking, held)
    at_once = await reads(pool, queries, held)
    await reprice(pool, show, 9900)
    await sell(pool, booking, show, bia)

    later = await reads(pool, queries, held)

    assert at_once == later == [later[0]] * 3
    assert later[0].total == AGREED * 2
    assert later[0].seats == tuple(
        replace(seat, status=SeatStatus.AVAILABLE, version=3, held_until=None)
        for seat in held.seats
    )


async def test_the_answer_to_a_cancel_is_what_is_read_later(
    cinema: Cinema, queries: Queries, booking: BookingService
) -> None:
    show = await cinema.open_session(seats=3)
    ana, bia = await cinema.customers(2)
    held = await booking.reserve_seats(show.session_id, show.seat_ids[:2], ana)
    cancelled = await booking.cancel_reservation(held.id, ana)
    await sell(cinema.pool, booking, show, bia)

    assert await reads(cinema.pool, queries, held) == [cancelled] * 3


async def test_an_overdue_one_is_as_the_seat_map_has_it(
    cinema: Cinema, queries: Queries, booking: BookingService, ana: UUID
) -> None:
    show = await cinema.open_session(seats=2)
    held = await booking.reserve_seats(show.session_id, show.seat_ids, ana)
    await expire_hold(cinema.pool, held.id)

    [shown, *_] = await reads(cinema.pool, queries, held)

    assert shown.status is ReservationStatus.EXPIRED
    assert {seat.id: seat for seat in shown.seats} == await true_map(
        cinema.pool, show.session_id
    )


async def test_a_confirmed_one_is_sold_at_its_version_and_price(
    cinema: Cinema, queries: Queries, booking: BookingService
) -> None:
    show = await cinema.open_session(seats=3, price_minor=AGREED.amount_minor)
    [ana] = await cinema.customers(1)
    sold_id = await sell(cinema.pool, booking, show, ana)
    sold = (await queries.reservations.by_id(ana, [sold_id]))[sold_id]

    assert await reads(cinema.pool, queries, sold) == [sold] * 3
    assert [(s.status, s.version, s.price) for s in sold.seats] == [
        (SeatStatus.SOLD, 3, AGREED)
    ] * 2


async def test_claims_of_the_first_release_have_their_share_of_the_total(
    cinema: Cinema, queries: Queries, booking: BookingService
) -> None:
    pool = cinema.pool
    show = await cinema.open_session(seats=3, price_minor=AGREED.amount_minor)
    ana, bia = await cinema.customers(2)
    held = await booking.reserve_seats(show.session_id, show.seat_ids[:2], ana)
    await cancel(booking, held)
    await pool.execute(
        "UPDATE claims SET price_minor = NULL, released_version = NULL"
        " WHERE reservation_id = $1",
        held.id,
    )
    await reprice(pool, show, 9900)
    await sell(pool, booking, show, bia)

    for shown in await reads(pool, queries, held):
        assert [(seat.status, seat.version, seat.price) for seat in shown.seats] == [
            (SeatStatus.AVAILABLE, 1, AGREED)
        ] * 2


def fold(updates: Iterable[Iterable[SessionSeat]]) -> dict[UUID, SessionSeat]:
    """As clients do: the highest version of each seat."""
    known: dict[UUID, SessionSeat] = {}
    for seats in updates:
        for seat in seats:
            before = known.get(seat.id)
            if before is None or seat.version >= before.version:
                known[seat.id] = seat
    return known


async def test_a_client_that_keeps_the_highest_version_drops_what_is_over(
    cinema: Cinema, queries: Queries, booking: BookingService
) -> None:
    """In any order of a hold, its cancel, the reservation read again, and the map."""
    pool = cinema.pool
    show = await cinema.open_session(seats=3)
    ana, bia = await cinema.customers(2)
    held = await booking.reserve_seats(show.session_id, show.seat_ids[:2], ana)
    cancelled = await booking.cancel_reservation(held.id, ana)
    await sell(pool, booking, show, bia)
    [again, *_] = await reads(pool, queries, held)
    now = await true_map(pool, show.session_id)
    updates = [held.seats, cancelled.seats, again.seats, tuple(now.values())]

    for order in permutations(updates):
        assert fold(order) == now
