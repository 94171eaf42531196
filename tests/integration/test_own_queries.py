"""A customer's own reservations and payments, read from real Postgres."""

from functools import partial

import pytest

from domain.booking import BookingService
from domain.payment import PaymentStatus
from domain.reservation import ReservationStatus
from domain.sales import PaymentService
from domain.seats import SeatStatus
from persistence.postgres.pool import Pool
from persistence.queries import Queries
from persistence.queries.keyset import Window
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, expire_hold
from tests.support.events import open_payment
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.pages import all_pages


@pytest.fixture
def paying(pool: Pool) -> PaymentService:
    return PaymentService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())


class TestReservations:
    async def test_only_own_reservations_newest_first(
        self, queries: Queries, cinema: Cinema, booking: BookingService
    ) -> None:
        show = await cinema.open_session()
        ana, bia = await cinema.customers(2)
        made = [
            await booking.reserve_seats(show.session_id, show.seat_ids[n : n + 1], ana)
            for n in range(3)
        ]
        hers = await booking.reserve_seats(show.session_id, show.seat_ids[3:5], bia)

        pages = await all_pages(partial(queries.reservations.page, ana), 2)

        assert pages == [[made[2], made[1]], [made[0]]]
        assert await queries.reservations.count(ana) == 3
        assert await queries.reservations.by_id(ana, [hers.id, made[0].id]) == {
            made[0].id: made[0]
        }

    async def test_a_due_reservation_reads_as_expired_before_the_sweep(
        self,
        queries: Queries,
        cinema: Cinema,
        booking: BookingService,
        paying: PaymentService,
        pool: Pool,
    ) -> None:
        show = await cinema.open_session()
        [ana] = await cinema.customers(1)
        late, paid, open_ = [
            await booking.reserve_seats(show.session_id, show.seat_ids[n : n + 1], ana)
            for n in range(3)
        ]
        payments = {made.id: await open_payment(pool, made.id) for made in (late, paid)}
        await paying.approve_payment(payments[paid.id], ana)
        await expire_hold(pool, late.id)

        status, own = ReservationStatus, queries.reservations
        for wanted, expected in (
            (status.PENDING, [open_.id]),
            (status.EXPIRED, [late.id]),
            (status.CONFIRMED, [paid.id]),
            (status.CANCELLED, []),
        ):
            page = await own.page(ana, Window(9), wanted)
            assert [made.id for _, made in page.items] == expected
            assert {made.status for _, made in page.items} <= {wanted}
            assert await own.count(ana, wanted) == len(expected)
        read = await own.by_id(ana, [late.id])
        assert read[late.id].seats[0].status is SeatStatus.AVAILABLE
        assert read[late.id].seats[0].held_until is None

        for paid_status, expected in (
            (PaymentStatus.PENDING, []),
            (PaymentStatus.EXPIRED, [payments[late.id]]),
            (PaymentStatus.APPROVED, [payments[paid.id]]),
        ):
            bills = await queries.payments.page(ana, Window(9), paid_status)
            assert [payment.id for _, payment in bills.items] == expected
            assert await queries.payments.count(ana, paid_status) == len(expected)
        [other] = await cinema.customers(1)
        assert await queries.payments.by_id(other, list(payments.values())) == {}
        of = await queries.payments.by_reservation(ana, [late.id, open_.id])
        assert {key: payment.status for key, payment in of.items()} == {
            late.id: PaymentStatus.EXPIRED
        }
