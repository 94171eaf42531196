"""Reservations that are sold, and requests to give their tickets back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from domain.cancellations import CancellationService
from domain.people import Workplaces
from domain.ports import Hold
from domain.refunds import RefundRequest, RefundService
from domain.reservation import Reservation
from persistence.money.cancellations import PostgresCancellations
from persistence.money.refunds import PostgresRefunds
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Show
from tests.support.events import open_payment
from tests.support.null_services import NoSeatLocks, NothingCached, NoWakeup

EVERYWHERE = Workplaces(whole_network=True)
TICKET_IDS = """
SELECT id FROM claims WHERE reservation_id = $1 ORDER BY session_seat_id
"""
# Of all that was sold of a session.
SUMS = """
SELECT count(DISTINCT refund.id) AS refunds, sum(refund.amount_minor) AS amount,
    count(*) FILTER (WHERE p.refunded_minor <> p.amount_minor) AS not_whole
FROM reservations r JOIN payments p ON p.reservation_id = r.id
LEFT JOIN refunds refund ON refund.payment_id = p.id
WHERE r.session_id = $1 AND r.status = 'CONFIRMED'
"""
# A payment through a provider, which has the money.
ADD_ATTEMPT = """
INSERT INTO payment_attempts (payment_id, reservation_id, provider, provider_ref,
    amount_minor, currency, if_late, return_url, status, outcome, captured_minor,
    created_at, expires_at, settled_at)
SELECT id, reservation_id, 'stripe', gen_random_uuid()::text, amount_minor, currency,
    'REFUND', 'https://cinema.example', 'CAPTURED', 'SOLD', amount_minor,
    created_at, clock_timestamp(), clock_timestamp()
FROM payments WHERE reservation_id = $1
RETURNING id
"""


def refund_service(pool: Pool) -> RefundService:
    ledger = PostgresLedger(pool)
    return RefundService(PostgresRefunds(pool), ledger, NoSeatLocks(), NoWakeup())


def cancellation_service(pool: Pool) -> CancellationService:
    return CancellationService(
        PostgresCancellations(pool), PostgresLedger(pool), NothingCached(), NoWakeup()
    )


async def sell(
    pool: Pool,
    show: Show,
    customer: UUID,
    *seats: int,
    types: Sequence[UUID] = (),
) -> Reservation:
    """The seats with these numbers, from 0."""
    ledger = PostgresLedger(pool)
    verdict = await ledger.hold(
        Hold(
            reservation_id=uuid4(),
            customer_id=customer,
            wanted=replace(show.wanting(*seats), type_ids=tuple(types)),
            period=timedelta(minutes=5),
        )
    )
    assert verdict.reservation, verdict
    payment_id = await open_payment(pool, verdict.reservation.id)
    approved = await ledger.approve(payment_id, customer, None)
    assert approved.confirmed, approved
    return verdict.reservation


async def ticket_ids(pool: Pool, reservation_id: UUID) -> list[UUID]:
    """In the order of their seats' ids."""
    return [row["id"] for row in await pool.fetch(TICKET_IDS, reservation_id)]


def asking(
    sold: Reservation,
    tickets: Sequence[UUID] | None = None,
    *,
    by: UUID | None = None,
    manages: Workplaces | None = None,
) -> RefundRequest:
    """A request by the customer, unless it is `by` somebody else."""
    return RefundRequest(
        reservation_id=sold.id,
        ticket_ids=None if tickets is None else tuple(tickets),
        reason="ill",
        requested_by=by or sold.customer_id,
        manages=manages or Workplaces(),
    )
