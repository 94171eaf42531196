"""Constraints of the tables reject rows that contradict each other."""

from uuid import UUID

import asyncpg
import pytest

from domain.booking import BookingService
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Show
from tests.support.events import open_payment
from tests.support.null_services import NoSeatLocks, NoWakeup

# $1 is a session with one held seat, whose payment is open.
SECOND_ROW_OF_A_SEAT = """
INSERT INTO session_seats (session_id, seat_id, status, version)
SELECT session_id, seat_id, 'AVAILABLE', 1 FROM session_seats WHERE session_id = $1
"""

UNKNOWN_SESSION = """
UPDATE session_seats SET session_id = gen_random_uuid() WHERE session_id = $1
"""

UNKNOWN_SEAT = """
UPDATE session_seats SET seat_id = gen_random_uuid() WHERE session_id = $1
"""

UNKNOWN_HOLDER = """
UPDATE session_seats SET reservation_id = gen_random_uuid()
WHERE session_id = $1 AND status = 'HELD'
"""

HELD_WITHOUT_A_HOLDER = """
UPDATE session_seats SET reservation_id = NULL
WHERE session_id = $1 AND status = 'HELD'
"""

HELD_WITHOUT_AN_END = """
UPDATE session_seats SET held_until = NULL WHERE session_id = $1 AND status = 'HELD'
"""

SOLD_WITHOUT_A_HOLDER = """
UPDATE session_seats SET status = 'SOLD', held_until = NULL, reservation_id = NULL
WHERE session_id = $1 AND status = 'HELD'
"""

SOLD_WITH_AN_END = """
UPDATE session_seats SET status = 'SOLD' WHERE session_id = $1 AND status = 'HELD'
"""

AVAILABLE_WITH_A_HOLDER = """
UPDATE session_seats SET status = 'AVAILABLE', held_until = NULL
WHERE session_id = $1 AND status = 'HELD'
"""

# Other checks of the table reject unknown states too, and any of them may be the first
# to fail. So the row is right in all other respects.
SEAT_IN_UNKNOWN_STATE = """
UPDATE session_seats SET status = 'BROKEN', held_until = NULL
WHERE session_id = $1 AND status = 'HELD'
"""

SEAT_WITHOUT_A_VERSION = """
UPDATE session_seats SET version = 0 WHERE session_id = $1
"""

RESERVATION_IN_UNKNOWN_STATE = """
UPDATE reservations SET status = 'PAID' WHERE session_id = $1
"""

RESERVATION_OF_NEGATIVE_AMOUNT = """
UPDATE reservations SET amount_minor = -1 WHERE session_id = $1
"""

RESERVATION_WITHOUT_DURATION = """
UPDATE reservations SET expires_at = created_at WHERE session_id = $1
"""

RESERVATION_OF_UNKNOWN_CUSTOMER = """
UPDATE reservations SET customer_id = gen_random_uuid() WHERE session_id = $1
"""

RESERVATION_OF_UNKNOWN_SESSION = """
UPDATE reservations SET session_id = gen_random_uuid() WHERE session_id = $1
"""

NEGATIVE_PRICE = """
UPDATE sessions SET price_minor = -1 WHERE id = $1
"""

SECOND_OPEN_CLAIM = """
WITH rival AS (
    INSERT INTO reservations (session_id, customer_id, status, amount_minor, currency,
                              created_at, expires_at)
    SELECT session_id, customer_id, status, amount_minor, currency,
           created_at, expires_at
    FROM reservations WHERE session_id = $1
    RETURNING id
)
INSERT INTO claims (reservation_id, session_seat_id)
SELECT rival.id, session_seat_id
FROM rival, claims JOIN reservations held ON held.id = claims.reservation_id
WHERE held.session_id = $1
"""

CLAIM_OF_UNKNOWN_RESERVATION = """
INSERT INTO claims (reservation_id, session_seat_id, released_at)
SELECT gen_random_uuid(), id, clock_timestamp()
FROM session_seats WHERE session_id = $1
"""

CLAIM_ON_UNKNOWN_SEAT = """
INSERT INTO claims (reservation_id, session_seat_id)
SELECT id, gen_random_uuid() FROM reservations WHERE session_id = $1
"""

SECOND_PAYMENT = """
INSERT INTO payments (reservation_id, status, amount_minor, currency, created_at)
SELECT id, 'PENDING', amount_minor, currency, created_at
FROM reservations WHERE session_id = $1
"""

CHANGED_PAYMENT = """
UPDATE payments SET {change} FROM reservations
WHERE reservations.id = reservation_id AND session_id = $1
"""

APPROVED_WITHOUT_A_TIME = CHANGED_PAYMENT.format(change="status = 'APPROVED'")
PENDING_WITH_AN_APPROVAL_TIME = CHANGED_PAYMENT.format(
    change="approved_at = clock_timestamp()"
)
PAYMENT_IN_UNKNOWN_STATE = CHANGED_PAYMENT.format(change="status = 'CONFIRMED'")
PAYMENT_OF_NEGATIVE_AMOUNT = CHANGED_PAYMENT.format(change="amount_minor = -1")
PAYMENT_OF_UNKNOWN_RESERVATION = CHANGED_PAYMENT.format(
    change="reservation_id = gen_random_uuid()"
)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (SECOND_ROW_OF_A_SEAT, "uq_session_seats_session_id_seat_id"),
        (UNKNOWN_SESSION, "fk_session_seats_session_id"),
        (UNKNOWN_SEAT, "fk_session_seats_seat_id"),
        (UNKNOWN_HOLDER, "fk_session_seats_reservation_id"),
        (HELD_WITHOUT_A_HOLDER, "ck_session_seats_taken_by_one"),
        (HELD_WITHOUT_AN_END, "ck_session_seats_held_has_an_end"),
        (SOLD_WITHOUT_A_HOLDER, "ck_session_seats_taken_by_one"),
        (SOLD_WITH_AN_END, "ck_session_seats_held_has_an_end"),
        (AVAILABLE_WITH_A_HOLDER, "ck_session_seats_taken_by_one"),
        (SEAT_IN_UNKNOWN_STATE, "ck_session_seats_status_known"),
        (SEAT_WITHOUT_A_VERSION, "ck_session_seats_version_positive"),
        (RESERVATION_IN_UNKNOWN_STATE, "ck_reservations_status_known"),
        (RESERVATION_OF_NEGATIVE_AMOUNT, "ck_reservations_amount_not_negative"),
        (RESERVATION_WITHOUT_DURATION, "ck_reservations_expires_later"),
        (RESERVATION_OF_UNKNOWN_CUSTOMER, "fk_reservations_customer_id"),
        (RESERVATION_OF_UNKNOWN_SESSION, "fk_reservations_session_id"),
        (NEGATIVE_PRICE, "ck_sessions_price_not_negative"),
        (SECOND_OPEN_CLAIM, "uq_claims_one_open"),
        (CLAIM_OF_UNKNOWN_RESERVATION, "fk_claims_reservation_id"),
        (CLAIM_ON_UNKNOWN_SEAT, "fk_claims_session_seat_id"),
        (SECOND_PAYMENT, "uq_payments_reservation_id"),
        (APPROVED_WITHOUT_A_TIME, "ck_payments_approved_when"),
        (PENDING_WITH_AN_APPROVAL_TIME, "ck_payments_approved_when"),
        (PAYMENT_IN_UNKNOWN_STATE, "ck_payments_status_known"),
        (PAYMENT_OF_NEGATIVE_AMOUNT, "ck_payments_amount_not_negative"),
        (PAYMENT_OF_UNKNOWN_RESERVATION, "fk_payments_reservation_id"),
    ],
)
async def test_the_tables_reject_the_row(
    pool: Pool, show: Show, ana: UUID, statement: str, constraint: str
) -> None:
    booking = BookingService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())
    held = await booking.reserve_seats(show.session_id, show.seat_ids[:1], ana)
    await open_payment(pool, held.id)

    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await pool.execute(statement, show.session_id)

    assert refused.value.constraint_name == constraint
