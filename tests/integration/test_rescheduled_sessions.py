"""Sessions that move with their customers, against real Postgres."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.booking import BookingService
from domain.errors import (
    IdempotencyConflictError,
    InvalidInputError,
    NotFoundError,
    RefundTooLateError,
    RoomBusyError,
    SeatsUnavailableError,
    SessionOverError,
)
from domain.rescheduling import ReschedulingService
from domain.sales import PaymentService
from persistence.catalog.blocks import PostgresBlocks
from persistence.postgres.pool import Pool
from persistence.queries.seat_maps import SeatMaps
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show
from tests.support.events import open_payment
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.refunds import (
    asking,
    cancellation_service,
    refund_service,
    sell,
    ticket_ids,
)
from tests.support.rescheduling import (
    another_room,
    labels,
    later,
    moving,
    rescheduling_service,
)

EVENTS = "SELECT type, data FROM outbox WHERE session_id = $1 ORDER BY position"
ROOM_SEATS = "SELECT id FROM seats WHERE room_id = $1 ORDER BY number"


@pytest.fixture
def rescheduling(pool: Pool) -> ReschedulingService:
    return rescheduling_service(pool)


@pytest.fixture
def booking(pool: Pool) -> BookingService:
    return BookingService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())


async def test_tickets_and_holds_stay_good_at_another_time(
    pool: Pool,
    rescheduling: ReschedulingService,
    booking: BookingService,
    cinema: Cinema,
    show: Show,
) -> None:
    ana, bruno = await cinema.customers(2)
    sold = await sell(pool, show, ana, 0)
    tickets = await ticket_ids(pool, sold.id)
    held = await booking.reserve_seats(show.session_id, show.seat_ids[1:2], bruno)
    payment_id = await open_payment(pool, held.id)
    at = await later(cinema, show, hours=3)
    before = len(await pool.fetch(EVENTS, show.session_id))

    session = await rescheduling.reschedule_session(moving(show, ana, at))

    assert (session.starts_at, session.version) == (at, 2)
    assert session.ends_at == at + timedelta(minutes=114)
    states = await cinema.seat_states(show)
    assert states[:3] == [("SOLD", 4), ("HELD", 3), ("AVAILABLE", 1)]
    assert await ticket_ids(pool, sold.id) == tickets
    events = (await pool.fetch(EVENTS, show.session_id))[before:]
    assert sorted(row["type"] for row in events) == [
        "ReservationMoved",
        "ReservationMoved",
        "SessionMoved",
    ]
    moved = {row["data"].get("status") for row in events}
    assert moved == {None, "CONFIRMED", "PENDING"}
    payments = PaymentService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())
    assert (await payments.approve_payment(payment_id, bruno)).status == "APPROVED"


async def test_who_bought_before_may_give_back_until_the_new_start(
    pool: Pool, rescheduling: ReschedulingService, cinema: Cinema, ana: UUID
) -> None:
    show = await cinema.open_session(starts_in=timedelta(hours=2))
    sold = await sell(pool, show, ana, 0)
    with pytest.raises(RefundTooLateError):
        await refund_service(pool).refund_tickets(asking(sold))

    at = await later(cinema, show, hours=1)
    await rescheduling.reschedule_session(moving(show, ana, at))

    after = await sell(pool, show, ana, 1)
    assert await refund_service(pool).refund_tickets(asking(sold))
    with pytest.raises(RefundTooLateError):
        await refund_service(pool).refund_tickets(asking(after))


async def test_another_room_has_the_same_labels(
    pool: Pool, rescheduling: ReschedulingService, cinema: Cinema, ana: UUID
) -> None:
    show = await cinema.open_session(seats=3)
    await sell(pool, show, ana, 1)
    room_id = await another_room(cinema, 4)
    kept = SeatMaps(pool)
    await kept.whole([show.session_id])

    session = await rescheduling.reschedule_session(moving(show, ana, None, room_id))

    assert session.room_id == room_id
    assert await labels(cinema, show) == [
        ("A1", "AVAILABLE", 2, False),
        ("A2", "SOLD", 4, False),
        ("A3", "AVAILABLE", 2, False),
        ("A4", "AVAILABLE", 1, False),
    ]
    for maps in (kept, SeatMaps(pool)):
        now = (await maps.whole([show.session_id]))[show.session_id]
        assert [seat.number for seat in now.seats] == [1, 2, 3, 4]


async def test_a_smaller_room_retires_seats_and_the_way_back_sells_them(
    pool: Pool, rescheduling: ReschedulingService, cinema: Cinema, ana: UUID
) -> None:
    show = await cinema.open_session(seats=3)
    large = await cinema.room_of(show)
    await sell(pool, show, ana, 0)
    small = await another_room(cinema, 1)

    await rescheduling.reschedule_session(moving(show, ana, None, small))

    assert [
        (label, retired) for label, _, _, retired in await labels(cinema, show)
    ] == [
        ("A1", False),
        ("A2", True),
        ("A3", True),
    ]
    maps = SeatMaps(pool)
    now = (await maps.whole([show.session_id]))[show.session_id]
    assert [seat.status for seat in now.seats] == ["SOLD", "BLOCKED", "BLOCKED"]
    with pytest.raises(NotFoundError):
        await PostgresBlocks(pool).unblock(show.session_id, show.seat_ids[1:])

    await rescheduling.reschedule_session(moving(show, ana, None, large))

    assert await labels(cinema, show) == [
        ("A1", "SOLD", 5, False),
        ("A2", "AVAILABLE", 3, False),
        ("A3", "AVAILABLE", 3, False),
    ]
    assert len((await maps.whole([show.session_id]))[show.session_id].seats) == 3


async def test_nobody_is_left_without_a_seat(
    pool: Pool, rescheduling: ReschedulingService, cinema: Cinema, ana: UUID
) -> None:
    show = await cinema.open_session(seats=3)
    await sell(pool, show, ana, 0, 2)
    small = await another_room(cinema, 2)
    before = await labels(cinema, show)

    with pytest.raises(SeatsUnavailableError) as refused:
        await rescheduling.reschedule_session(moving(show, ana, None, small))

    assert [seat.id for seat in refused.value.seats] == [show.seat_ids[2]]
    assert await labels(cinema, show) == before
    _, second = [row["id"] for row in await pool.fetch(ROOM_SEATS, small)]
    place = (show.seat_ids[2], second)
    await rescheduling.reschedule_session(moving(show, ana, None, small, place))
    assert await labels(cinema, show) == [
        ("A1", "SOLD", 4, False),
        ("A2", "BLOCKED", 2, True),
        ("A2", "SOLD", 4, False),
    ]


async def test_the_same_key_moves_it_once(
    rescheduling: ReschedulingService, cinema: Cinema, show: Show, ana: UUID
) -> None:
    first, second = [await later(cinema, show, hours=n) for n in (3, 6)]
    wanted = moving(show, ana, first)
    once = await rescheduling.reschedule_session(wanted, "key")
    assert await rescheduling.reschedule_session(wanted, "key") == once
    await rescheduling.reschedule_session(moving(show, ana, second))

    again = await rescheduling.reschedule_session(wanted, "key")

    assert (again.starts_at, again.version) == (second, 3)
    with pytest.raises(IdempotencyConflictError):
        await rescheduling.reschedule_session(moving(show, ana, second), "key")


async def test_what_cannot_be_is_refused(
    pool: Pool,
    rescheduling: ReschedulingService,
    cinema: Cinema,
    show: Show,
    ana: UUID,
) -> None:
    other = await cinema.open_session(seats=10)
    busy = await cinema.room_of(other)
    at = await later(cinema, show, hours=3)
    past = await later(cinema, show, days=-2)
    elsewhere = await pool.fetchval(
        "WITH c AS (INSERT INTO cinemas (name, city, address, time_zone, currency)"
        " VALUES ('Roxy', 'Rio', 'Rua 1', 'UTC', 'BRL') RETURNING id)"
        " INSERT INTO rooms (name, cinema_id) SELECT 'Sala 9', id FROM c RETURNING id"
    )
    for wanted, error in (
        (moving(show, ana, None, busy), RoomBusyError),
        (moving(show, ana, past), InvalidInputError),
        (moving(show, ana), InvalidInputError),
        (moving(show, ana, at, None, (ana, ana)), InvalidInputError),
        (moving(show, ana, None, elsewhere), InvalidInputError),
        (moving(show, ana, None, UUID(int=5)), NotFoundError),
        (moving(Show(UUID(int=5), ()), ana, at), NotFoundError),
    ):
        with pytest.raises(error):
            await rescheduling.reschedule_session(wanted)
    await cancellation_service(pool).cancel_session(show.session_id, "flood", ana)
    with pytest.raises(SessionOverError):
        await rescheduling.reschedule_session(moving(show, ana, at))
    assert await cinema.count("sessions", "id = $1 AND version = 2", show.session_id)
