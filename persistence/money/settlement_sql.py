"""The statements that give an attempt its outcome, by the rules of ledger_sql.

A sale is several statements in one transaction: what may be sold depends on rows that
are locked one after the other. The locks are those of the customer's turn, the session,
the reservation, its payment, the attempt, the seats and the quotas, in this order. The
outcome goes from NULL to its value in one guarded statement, for one settler only.
"""

from domain.events import PAYMENT_EVENTS, PaymentSettled
from persistence.sales.event_sql import (
    INSERTED_EVENTS,
    ORIGIN,
    THIS_TRANSACTION,
    insert_events,
)
from persistence.sales.hold_sql import TURN
from persistence.sales.payment_sql import CHANGED_PAYMENTS
from persistence.sales.state_sql import REFUND_STATUS
from persistence.sales.statement_parts import with_parts

LEASE_SECONDS = 60

# The guards of every outcome, and of money that goes back. The race tests replace them.
HAS_NO_OUTCOME = "a.outcome IS NULL"
GAVE_NOTHING_BACK = "given_back = 0"

DUE = f"""
WITH due AS (
    SELECT id FROM payment_attempts
    WHERE due_at <= clock_timestamp() AND provider = $1
    ORDER BY due_at LIMIT $2
    FOR UPDATE SKIP LOCKED
)
UPDATE payment_attempts a
SET due_at = clock_timestamp() + interval '{LEASE_SECONDS} seconds'
FROM due, reservations r
WHERE a.id = due.id AND r.id = a.reservation_id
RETURNING a.*, a.expires_at <= clock_timestamp()
    OR r.status IN ('CONFIRMED', 'CANCELLED') AS is_over
"""
NEXT_DUE = """
SELECT extract(epoch FROM least(
    (SELECT min(due_at) FROM payment_attempts
     WHERE due_at IS NOT NULL AND provider = $1),
    (SELECT min(e.due_at) FROM payment_effects e
     JOIN payment_attempts a ON a.id = e.attempt_id
     WHERE e.due_at IS NOT NULL AND a.provider = $1)
) - clock_timestamp())::float8
"""

TAKE_TURN = f"""
SELECT pg_advisory_xact_lock({TURN}), session_id, customer_id
FROM reservations WHERE id = $1
"""
LOCK_SESSION = """
SELECT starts_at, sales_end_at, cancelled_at FROM sessions WHERE id = $1
FOR KEY SHARE
"""
LOCK_MONEY = """
SELECT r.status AS reservation, r.expires_at, p.status AS payment, p.amount_minor,
       p.currency, a.outcome
FROM payments p JOIN reservations r ON r.id = p.reservation_id
JOIN payment_attempts a ON a.payment_id = p.id
WHERE a.id = $1
FOR UPDATE OF r, p, a
"""
# A statement of its own, because a clock has to be read after the locks.
CLAIMS = """
SELECT session_seat_id, ticket_type_id, released_at, clock_timestamp() AS now
FROM claims WHERE reservation_id = $1 ORDER BY session_seat_id
"""
LOCK_SEATS = """
WITH locked AS (
    SELECT id, status, reservation_id, held_until FROM session_seats
    WHERE id = ANY($1) AND session_id = $2
    ORDER BY id
    FOR UPDATE
)
SELECT *, held_until <= clock_timestamp() AS overdue FROM locked
"""
OWNED = """
SELECT count(*) FROM reservations r JOIN claims ON claims.reservation_id = r.id
WHERE r.session_id = $1 AND r.customer_id = $2 AND claims.released_at IS NULL
"""

# $3 and $4 are the seats of the claims before and after; $5 whether the hold was over.
IS_OURS = """(ss.status = 'HELD' AND ss.reservation_id = m.reservation_id
           OR $5 AND ss.status = 'AVAILABLE')"""
SELL = f"""
WITH {ORIGIN.format("$10", "$11")},
changed_reservations AS (
    UPDATE reservations r SET status = 'CONFIRMED'
    WHERE r.id = $2 AND (r.status = 'EXPIRED' AND $5
        OR r.status = 'PENDING' AND NOT $5 AND r.expires_at > clock_timestamp())
    RETURNING r.*
),
approved AS (
    UPDATE payments p
    SET status = 'APPROVED', approved_at = clock_timestamp(), outcome = $6
    FROM changed_reservations r
    WHERE p.reservation_id = r.id AND p.status IN ('PENDING', 'EXPIRED')
    RETURNING p.*
),
settled AS (
    UPDATE payment_attempts a
    SET outcome = $6, settled_at = clock_timestamp(), status = $7,
        captured_minor = $8, charge_ref = coalesce($9, a.charge_ref), due_at = NULL
    FROM approved p
    WHERE a.id = $1 AND a.payment_id = p.id AND {HAS_NO_OUTCOME}
    RETURNING a.*
),
to_capture AS (
    INSERT INTO payment_effects (attempt_id, operation, amount_minor, due_at)
    SELECT id, 'CAPTURE', amount_minor, clock_timestamp()
    FROM settled WHERE status = 'AUTHORIZED'
),
moved AS (
    UPDATE claims
    SET session_seat_id = seat.after, released_at = NULL, released_version = NULL
    FROM changed_reservations r, unnest($3::uuid[], $4::uuid[]) AS seat (before, after)
    WHERE claims.reservation_id = r.id AND claims.session_seat_id = seat.before
    RETURNING claims.*
),
screening AS (
    SELECT * FROM sessions WHERE id IN (SELECT session_id FROM changed_reservations)
),
changed_seats AS (
    UPDATE session_seats ss
    SET status = 'SOLD', held_until = NULL, reservation_id = m.reservation_id,
        version = ss.version + 1, changed_in = {THIS_TRANSACTION}
    FROM moved m
    WHERE ss.id = m.session_seat_id AND {IS_OURS}
    RETURNING ss.*, m.price_minor AS agreed_minor
),
{INSERTED_EVENTS},
{CHANGED_PAYMENTS.format(payments="approved")},
inserted_payment_events AS (
    {insert_events("payment_state", PAYMENT_EVENTS)}
)
SELECT data AS confirmed, screening.starts_at,
       screening.sales_end_at - clock_timestamp() AS on_sale_for,
       1 / ((SELECT count(*) FROM settled) = 1
            AND (SELECT count(*) FROM changed_seats) = cardinality($4::uuid[])
            AND (SELECT count(*) FROM moved) = cardinality($3::uuid[]))::int AS whole
FROM reservation_state, screening
"""

# What has to go back: the authorisation is given up, or all that was captured is. Once:
# `given_back` is from the row as it was locked, not as this statement first saw it.
# `settled` is the attempt.
MONEY_BACK = f"""
refund AS (
    INSERT INTO refunds (payment_id, attempt_id, amount_minor, currency, status, reason)
    SELECT payment_id, id, captured_minor, $4, 'PENDING', 'NOT_SOLD'
    FROM settled WHERE status = 'CAPTURED' AND captured_minor > 0
      AND {GAVE_NOTHING_BACK}
    RETURNING *
),
effect AS (
    INSERT INTO payment_effects (
        attempt_id, operation, refund_id, amount_minor, due_at)
    SELECT attempt_id, 'REFUND', id, amount_minor, clock_timestamp() FROM refund
    UNION ALL
    SELECT id, 'CANCEL', NULL, amount_minor, clock_timestamp()
    FROM settled WHERE status = 'AUTHORIZED'
    ON CONFLICT (attempt_id, operation, refund_id) DO UPDATE
    SET due_at = clock_timestamp(), done_at = NULL, failed_at = NULL
    WHERE payment_effects.due_at IS NULL
)"""

STATUS_NOW = f"CASE p.status WHEN 'APPROVED' THEN {REFUND_STATUS} ELSE p.status END"
SETTLED_PAYMENTS = with_parts(
    CHANGED_PAYMENTS.format(payments="changed"), {"p.status": STATUS_NOW}, times=2
)

GIVE_UP = f"""
WITH {ORIGIN.format("$7", "$8")},
locked AS (
    SELECT FROM payments p JOIN reservations r ON r.id = p.reservation_id
    JOIN payment_attempts a ON a.payment_id = p.id
    WHERE a.id = $1
    FOR UPDATE OF r, p, a
),
after_locking AS (
    SELECT count(*) FROM locked
),
settled AS (
    UPDATE payment_attempts a
    SET outcome = CASE $2 WHEN 'CAPTURED' THEN 'REFUNDED' ELSE 'RELEASED' END,
        settled_at = clock_timestamp(), status = $2, captured_minor = $3,
        refunded_minor = CASE $2 WHEN 'CAPTURED' THEN $3 ELSE 0 END,
        charge_ref = coalesce($5, a.charge_ref), flag = $6, due_at = NULL
    FROM after_locking
    WHERE a.id = $1 AND {HAS_NO_OUTCOME}
    RETURNING a.*, old.refunded_minor AS given_back
),
{MONEY_BACK},
changed AS (
    UPDATE payments p SET outcome = settled.outcome
    FROM settled WHERE p.id = settled.payment_id AND p.status <> 'APPROVED'
    RETURNING p.*
),
{SETTLED_PAYMENTS},
inserted_events AS (
    {insert_events("payment_state", [PaymentSettled])}
)
SELECT count(*) FROM settled
"""
