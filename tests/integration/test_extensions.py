"""Holds that are extended, against real Postgres."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.booking import BookingService
from domain.errors import (
    DomainError,
    IdempotencyConflictError,
    NoMoreExtensionsError,
    NotFoundError,
    ReservationClosedError,
    ReservationExpiredError,
)
from domain.extensions import ExtensionService
from domain.payment import PaymentStatus
from domain.reservation import DEFAULT_TERMS, Reservation
from domain.sales import PaymentService
from domain.seats import SeatStatus
from loadtest.documents import EXTEND_RESERVATION
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.events import open_payment
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.schema_client import SchemaClient

PERIOD = DEFAULT_TERMS.extension
ROW = "SELECT status, extensions, expires_at FROM reservations WHERE id = $1"


async def test_an_extension_is_a_new_version_of_each_seat(
    extensions: ExtensionService, cinema: Cinema, held: Reservation, ana: UUID
) -> None:
    extended = await extensions.extend_reservation(held.id, ana)

    assert extended.expires_at == held.expires_at + PERIOD
    assert extended.created_at == held.created_at
    assert [(s.status, s.version, s.held_until) for s in extended.seats] == [
        (SeatStatus.HELD, 3, extended.expires_at)
    ] * 2
    stored = await cinema.pool.fetch(
        "SELECT version, held_until FROM session_seats WHERE reservation_id = $1",
        held.id,
    )
    assert [*map(tuple, stored)] == [(3, extended.expires_at)] * 2
    event = await cinema.pool.fetchrow(
        "SELECT type, awaiting, data FROM outbox WHERE session_id = $1"
        " ORDER BY position DESC LIMIT 1",
        held.session_id,
    )
    assert event
    assert (event["type"], event["awaiting"]) == ("ReservationExtended", ["fanout"])
    assert event["data"]["extensions"] == 1
    assert [seat["version"] for seat in event["data"]["seats"]] == [3, 3]


async def test_a_hold_can_be_extended_ten_times(
    extensions: ExtensionService, held: Reservation, ana: UUID
) -> None:
    last = held
    for _ in range(10):
        last = await extensions.extend_reservation(held.id, ana)

    assert last.extensions_left(DEFAULT_TERMS) == 0
    assert last.expires_at == held.expires_at + 10 * PERIOD
    with pytest.raises(NoMoreExtensionsError):
        await extensions.extend_reservation(held.id, ana)


async def test_an_extended_hold_can_still_be_paid(
    pool: Pool, extensions: ExtensionService, held: Reservation, ana: UUID
) -> None:
    payment_id = await open_payment(pool, held.id)
    await extensions.extend_reservation(held.id, ana)
    await pool.execute(
        "UPDATE reservations SET created_at = created_at - interval '31 seconds',"
        " expires_at = expires_at - interval '31 seconds' WHERE id = $1",
        held.id,
    )

    paid = await PaymentService(
        PostgresLedger(pool), NoSeatLocks(), NoWakeup()
    ).approve_payment(payment_id, ana)

    assert paid.status is PaymentStatus.APPROVED


async def test_a_key_extends_once(
    booking: BookingService,
    extensions: ExtensionService,
    show: Show,
    held: Reservation,
    ana: UUID,
) -> None:
    answers = await asyncio.gather(
        *(extensions.extend_reservation(held.id, ana, "key") for _ in range(5))
    )

    assert {answer.expires_at for answer in answers} == {held.expires_at + PERIOD}
    other = await booking.reserve_seats(show.session_id, show.seat_ids[2:3], ana)
    with pytest.raises(IdempotencyConflictError):
        await extensions.extend_reservation(other.id, ana, "key")
    cancelled = await booking.cancel_reservation(held.id, ana)
    assert await extensions.extend_reservation(held.id, ana, "key") == cancelled


async def pay(pool: Pool, _booking: BookingService, held: Reservation) -> None:
    payments = PaymentService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())
    await payments.approve_payment(await open_payment(pool, held.id), held.customer_id)


async def cancel(_pool: Pool, booking: BookingService, held: Reservation) -> None:
    await booking.cancel_reservation(held.id, held.customer_id)


async def let_expire(pool: Pool, _booking: BookingService, held: Reservation) -> None:
    await expire_hold(pool, held.id)


async def sweep(pool: Pool, booking: BookingService, held: Reservation) -> None:
    await let_expire(pool, booking, held)
    await PostgresLedger(pool).expire([held.id])


@pytest.mark.parametrize(
    ("end", "refusal"),
    [
        (pay, ReservationClosedError),
        (cancel, ReservationClosedError),
        (let_expire, ReservationExpiredError),
        (sweep, ReservationExpiredError),
    ],
)
async def test_a_reservation_that_has_ended_is_not_extended(
    pool: Pool,
    booking: BookingService,
    held: Reservation,
    end: Callable[[Pool, BookingService, Reservation], Awaitable[None]],
    refusal: type[DomainError],
) -> None:
    extensions = ExtensionService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())
    await end(pool, booking, held)
    before = await pool.fetchrow(ROW, held.id)

    with pytest.raises(refusal):
        await extensions.extend_reservation(held.id, held.customer_id, "key")

    assert await pool.fetchrow(ROW, held.id) == before
    assert not await pool.fetchval(
        "SELECT count(*) FROM idempotency_keys WHERE account_id = $1", held.customer_id
    )


async def test_nobody_extends_what_is_not_theirs(
    cinema: Cinema, extensions: ExtensionService, held: Reservation, ana: UUID
) -> None:
    [bia] = await cinema.customers(1)
    for reservation, customer in ((held.id, bia), (uuid4(), ana)):
        with pytest.raises(NotFoundError):
            await extensions.extend_reservation(reservation, customer)


async def test_what_clients_are_answered(
    client: SchemaClient, show: Show, ana: UUID
) -> None:
    held = await client.reserve(ana, show, 0)

    async def extend(**entered: object) -> dict[str, Any]:
        wanted = {"reservationId": held["id"], **entered}
        return await client.mutate(EXTEND_RESERVATION, ana, **wanted)

    extended = await extend(idempotencyKey="again")
    assert extended["extensionsLeft"] == 9
    [seat] = extended["seats"]
    assert (seat["version"], seat["heldUntil"]) == (3, extended["expiresAt"])
    assert await extend(idempotencyKey="again") == extended
    assert (await extend(idempotencyKey=""))["code"] == "INVALID_INPUT"
    for _ in range(9):
        extended = await extend()
    assert extended["extensionsLeft"] == 0
    assert await extend() == {
        "__typename": "NoMoreExtensions",
        "code": "NO_MORE_EXTENSIONS",
        "message": "The time to pay cannot be extended any more.",
    }
