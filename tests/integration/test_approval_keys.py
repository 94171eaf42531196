"""An idempotency key of approvePayment stands for one payment, once it is approved."""

import asyncio
from uuid import UUID, uuid4

import pytest

from domain.booking import BookingService
from domain.errors import IdempotencyConflictError, NotFoundError
from domain.payment import PaymentStatus
from domain.sales import PaymentService
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema
from tests.support.events import open_payment
from tests.support.null_services import NoSeatLocks, NoWakeup


@pytest.fixture
def payments(pool: Pool) -> PaymentService:
    return PaymentService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())


@pytest.fixture
async def payment_ids(pool: Pool, ana: UUID) -> list[UUID]:
    """Three payments of ana that are open."""
    show = await Cinema(pool).open_session()
    booking = BookingService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())
    held = [
        await booking.reserve_seats(show.session_id, [seat], ana)
        for seat in show.seat_ids[:3]
    ]
    return [await open_payment(pool, reservation.id) for reservation in held]


async def test_a_refused_approval_leaves_its_key_unused(
    payments: PaymentService, payment_ids: list[UUID], ana: UUID
) -> None:
    with pytest.raises(NotFoundError):
        await payments.approve_payment(uuid4(), ana, "key")
    first = await payments.approve_payment(payment_ids[0], ana, "key")
    again = await payments.approve_payment(payment_ids[0], ana, "key")
    with pytest.raises(IdempotencyConflictError):
        await payments.approve_payment(payment_ids[1], ana, "key")

    assert first == again
    other = await payments.approve_payment(payment_ids[1], ana, "other")
    assert other.status is PaymentStatus.APPROVED


async def test_a_used_key_is_a_conflict_whatever_became_of_the_other_payment(
    payments: PaymentService, payment_ids: list[UUID], ana: UUID
) -> None:
    await payments.approve_payment(payment_ids[0], ana, "key")
    await payments.approve_payment(payment_ids[1], ana)

    for payment_id in (payment_ids[1], payment_ids[2], uuid4()):
        with pytest.raises(IdempotencyConflictError):
            await payments.approve_payment(payment_id, ana, "key")


async def test_of_two_payments_at_once_a_key_approves_one(
    payments: PaymentService, payment_ids: list[UUID], ana: UUID
) -> None:
    """The second one waits for the first one's commit, and is undone."""
    answers = await asyncio.gather(
        *(payments.approve_payment(each, ana, "key") for each in payment_ids),
        return_exceptions=True,
    )

    conflicts = [isinstance(each, IdempotencyConflictError) for each in answers]
    assert sorted(conflicts) == [False, True, True]
    winner = payment_ids[conflicts.index(False)]
    again = await payments.approve_payment(winner, ana, "key")
    assert again.status is PaymentStatus.APPROVED
