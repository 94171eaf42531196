"""The statements that open, approve and close payments; the ledger's rules hold here.

Approving confirms the reservation and sells its seats in the same transaction.
"""

from persistence.sales.event_sql import ORIGIN, THIS_TRANSACTION, TOLD
from persistence.sales.ledger_sql import LOCKED_SEATS

PAYMENT_STATE = """jsonb_build_object(
    'payment_id', {p}.id, 'reservation_id', r.id,
    'session_id', r.session_id, 'customer_id', r.customer_id,
    'status', {status}, 'amount_minor', {p}.amount_minor,
    'currency', {p}.currency, 'created_at', {p}.created_at,
    'approved_at', {p}.approved_at)"""

PAYMENT_TOLD = f"""
    INSERT INTO outbox (topic, type, session_id, data, awaiting,
                        request_id, trace_parent)
    SELECT 'payments',
           CASE p.status WHEN 'PENDING' THEN 'PaymentOpened'
                         ELSE 'Payment' || initcap(p.status) END,
           r.session_id,
           {PAYMENT_STATE.format(p="p", status="p.status")},
           ARRAY['fanout'], origin.request_id, origin.trace_parent
    FROM {{payments}} p JOIN reservations r ON r.id = p.reservation_id
    JOIN origin ON {{caused}}"""

# A payment follows its reservation, whose event may still be on its way to it.
LOCK_PAYMENT = f"""
SELECT r.id AS reservation_id, r.status, {
    PAYMENT_STATE.format(
        p="p",
        status="CASE r.status WHEN 'PENDING' THEN p.status"
        " WHEN 'CONFIRMED' THEN 'APPROVED' ELSE r.status END",
    )
} AS payment
FROM payments p JOIN reservations r ON r.id = p.reservation_id
WHERE p.id = $1 AND r.customer_id = $2
FOR UPDATE OF r, p
"""

# Runs after LOCK_PAYMENT in the same transaction, so its clock is read under the lock.
APPROVE = f"""
WITH {ORIGIN.format("$3", "$4")},
touched AS (
    UPDATE reservations r SET status = 'CONFIRMED'
    WHERE r.id = $1 AND r.status = 'PENDING' AND r.expires_at > clock_timestamp()
    RETURNING r.*
),
approved AS (
    UPDATE payments p SET status = 'APPROVED', approved_at = clock_timestamp()
    FROM touched r
    WHERE p.id = $2 AND p.reservation_id = r.id AND p.status = 'PENDING'
    RETURNING p.*
),
{LOCKED_SEATS},
changed AS (
    UPDATE session_seats ss
    SET status = 'SOLD', held_until = NULL,
        version = ss.version + 1, changed_in = {THIS_TRANSACTION}
    FROM locked_seats l
    WHERE ss.id = l.id AND ss.status = 'HELD' AND ss.reservation_id = $1
    RETURNING ss.*, ss.reservation_id AS by
),
{TOLD},
payment_told AS (
    {PAYMENT_TOLD.format(payments="approved", caused="TRUE")}
)
SELECT (SELECT data FROM story) AS confirmed,
       (SELECT {PAYMENT_STATE.format(p="p", status="p.status")}
        FROM approved p, touched r) AS approved,
       (SELECT count(*) FROM changed) AS seats,
       (SELECT count(*) FROM claims
        WHERE reservation_id = $1 AND released_at IS NULL) AS claims
"""

# Each event has an origin of its own. One row a reservation: it is told once.
ORIGINS = """origin AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])
        AS event (reservation_id, request_id, trace_parent)
)"""
ITS_OWN = "origin.reservation_id = r.id"

# Both follow the reservation as it is, not as an event says it was: an event may come
# late or twice. FOR SHARE makes an expiry that is under way be seen.
OPEN_PAYMENTS = f"""
WITH {ORIGINS},
pending AS (
    SELECT * FROM reservations
    WHERE id = ANY($1::uuid[]) AND status = 'PENDING'
    ORDER BY id
    FOR SHARE
),
opened AS (
    INSERT INTO payments (reservation_id, status, amount_minor, currency, created_at)
    SELECT id, 'PENDING', amount_minor, currency, clock_timestamp() FROM pending
    ON CONFLICT (reservation_id) DO NOTHING
    RETURNING *
)
{PAYMENT_TOLD.format(payments="opened", caused=ITS_OWN)}
"""

CLOSE_PAYMENTS = f"""
WITH {ORIGINS},
closed AS (
    UPDATE payments p SET status = r.status
    FROM reservations r
    WHERE r.id = ANY($1::uuid[]) AND p.reservation_id = r.id
      AND r.status IN ('EXPIRED', 'CANCELLED') AND p.status = 'PENDING'
    RETURNING p.*
)
{PAYMENT_TOLD.format(payments="closed", caused=ITS_OWN)}
"""
