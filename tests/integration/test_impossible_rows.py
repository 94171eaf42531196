"""What no program may write: the tables themselves refuse it."""

from uuid import UUID

import asyncpg
import pytest

from domain.booking import BookingService
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Show
from tests.support.events import open_payment
from tests.support.null_services import NoSeatLocks, NoWakeup

# $1 is a session, one of whose seats is held; its payment is open.
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

HELD_BY_NOBODY = """
UPDATE session_seats SET reservation_id = NULL
WHERE session_id = $1 AND status = 'HELD'
"""

HELD_WITHOUT_AN_END = """
UPDATE session_seats SET held_until = NULL WHERE session_id = $1 AND status = 'HELD'
"""

SOLD_TO_NOBODY = """
UPDATE session_seats SET status = 'SOLD', held_until = NULL, reservation_id = NULL
WHERE session_id = $1 AND status = 'HELD'
"""

SOLD_UNTIL_SOMETIME = """
UPDATE session_seats SET status = 'SOLD' WHERE session_id = $1 AND status = 'HELD'
"""

FREE_AND_SOMEBODYS = """
UPDATE session_seats SET status = 'AVAILABLE', held_until = NULL
WHERE session_id = $1 AND status = 'HELD'
"""

# Its other checks know only these states as well: which one speaks first is nothing
# to rely on, so the row is right in all other respects.
SEAT_IN_NO_STATE = """
UPDATE session_seats SET status = 'BROKEN', held_until = NULL
WHERE session_id = $1 AND status = 'HELD'
"""

SEAT_WITHOUT_A_VERSION = """
UPDATE session_seats SET version = 0 WHERE session_id = $1
"""

RESERVATION_IN_NO_STATE = """
UPDATE reservations SET status = 'PAID' WHERE session_id = $1
"""

RESERVATION_BELOW_NOTHING = """
UPDATE reservations SET amount_minor = -1 WHERE session_id = $1
"""

RESERVATION_OF_NO_TIME = """
UPDATE reservations SET expires_at = created_at WHERE session_id = $1
"""

RESERVATION_OF_NOBODY = """
UPDATE reservations SET customer_id = gen_random_uuid() WHERE session_id = $1
"""

RESERVATION_OF_NO_SESSION = """
UPDATE reservations SET session_id = gen_random_uuid() WHERE session_id = $1
"""

PRICE_BELOW_NOTHING = """
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

CLAIM_OF_NOBODY = """
INSERT INTO claims (reservation_id, session_seat_id, released_at)
SELECT gen_random_uuid(), id, clock_timestamp()
FROM session_seats WHERE session_id = $1
"""

CLAIM_ON_NOTHING = """
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

PAID_AT_NO_TIME = CHANGED_PAYMENT.format(change="status = 'APPROVED'")
UNPAID_AT_SOME_TIME = CHANGED_PAYMENT.format(change="approved_at = clock_timestamp()")
PAYMENT_IN_NO_STATE = CHANGED_PAYMENT.format(change="status = 'CONFIRMED'")
PAYMENT_BELOW_NOTHING = CHANGED_PAYMENT.format(change="amount_minor = -1")
PAYMENT_OF_NOTHING = CHANGED_PAYMENT.format(change="reservation_id = gen_random_uuid()")


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (SECOND_ROW_OF_A_SEAT, "uq_session_seats_session_id_seat_id"),
        (UNKNOWN_SESSION, "fk_session_seats_session_id"),
        (UNKNOWN_SEAT, "fk_session_seats_seat_id"),
        (UNKNOWN_HOLDER, "fk_session_seats_reservation_id"),
        (HELD_BY_NOBODY, "ck_session_seats_taken_by_one"),
        (HELD_WITHOUT_AN_END, "ck_session_seats_held_has_an_end"),
        (SOLD_TO_NOBODY, "ck_session_seats_taken_by_one"),
        (SOLD_UNTIL_SOMETIME, "ck_session_seats_held_has_an_end"),
        (FREE_AND_SOMEBODYS, "ck_session_seats_taken_by_one"),
        (SEAT_IN_NO_STATE, "ck_session_seats_status_known"),
        (SEAT_WITHOUT_A_VERSION, "ck_session_seats_version_positive"),
        (RESERVATION_IN_NO_STATE, "ck_reservations_status_known"),
        (RESERVATION_BELOW_NOTHING, "ck_reservations_amount_not_negative"),
        (RESERVATION_OF_NO_TIME, "ck_reservations_expires_later"),
        (RESERVATION_OF_NOBODY, "fk_reservations_customer_id"),
        (RESERVATION_OF_NO_SESSION, "fk_reservations_session_id"),
        (PRICE_BELOW_NOTHING, "ck_sessions_price_not_negative"),
        (SECOND_OPEN_CLAIM, "uq_claims_one_open"),
        (CLAIM_OF_NOBODY, "fk_claims_reservation_id"),
        (CLAIM_ON_NOTHING, "fk_claims_session_seat_id"),
        (SECOND_PAYMENT, "uq_payments_reservation_id"),
        (PAID_AT_NO_TIME, "ck_payments_approved_when"),
        (UNPAID_AT_SOME_TIME, "ck_payments_approved_when"),
        (PAYMENT_IN_NO_STATE, "ck_payments_status_known"),
        (PAYMENT_BELOW_NOTHING, "ck_payments_amount_not_negative"),
        (PAYMENT_OF_NOTHING, "fk_payments_reservation_id"),
    ],
)
async def test_the_database_refuses_by_itself(
    pool: Pool, show: Show, ana: UUID, statement: str, constraint: str
) -> None:
    booking = BookingService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())
    held = await booking.reserve_seats(show.session_id, show.seat_ids[:1], ana)
    await open_payment(pool, held.id)

    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await pool.execute(statement, show.session_id)

    assert refused.value.constraint_name == constraint
