"""The statements that open, approve and close payments, by the rules of ledger_sql.

Approving confirms the reservation and sells its seats in the same transaction.
"""

from domain.events import PAYMENT_EVENTS
from domain.idempotency import APPROVE_PAYMENT
from persistence.sales.event_sql import (
    CONFIRMED,
    INSERTED_EVENTS,
    ORIGIN,
    THIS_TRANSACTION,
    insert_events,
)
from persistence.sales.ledger_sql import LOCKED_SEATS
from persistence.sales.state_sql import PAYMENT_STATE, PAYMENT_STATUS

OF_RESERVATION = "origin.reservation_id = payment_state.reservation_id"
CHANGED_PAYMENT = PAYMENT_STATE.format(p="p", r="r", status="p.status")
CHANGED_PAYMENTS = f"""
payment_state AS (
    SELECT r.id AS reservation_id, r.session_id, p.status AS status,
           {CHANGED_PAYMENT} AS data
    FROM {{payments}} p JOIN reservations r ON r.id = p.reservation_id
)"""

# Of the payment $1 of the customer $2. `locked` has both rows as they are after a wait,
# and `verdict` reads the clock after it.
PAYMENT_VERDICT = """locked AS (
    SELECT r, p FROM payments p JOIN reservations r ON r.id = p.reservation_id
    WHERE p.id = $1 AND r.customer_id = $2
    FOR UPDATE OF r, p
),
verdict AS (
    SELECT r, p, clock_timestamp() AS now FROM locked
)"""

# `whole` is the second guard: rather than sell a part, the statement divides by zero,
# fails and changes nothing. A payment that a provider was asked to take is not
# approved, nor one with something to pay where that is a provider's ($7).
APPROVE = f"""
WITH {ORIGIN.format("$5", "$6")},
{PAYMENT_VERDICT},
changed_reservations AS (
    UPDATE reservations r SET status = 'CONFIRMED'
    FROM verdict
    WHERE r.id = (verdict.r).id AND r.status = 'PENDING'
      AND (verdict.r).status = 'PENDING' AND (verdict.r).expires_at > verdict.now
      AND (verdict.p).provider IS NULL AND ((verdict.p).amount_minor = 0 OR NOT $7)
    RETURNING r.*
),
approved AS (
    UPDATE payments p SET status = 'APPROVED', approved_at = clock_timestamp()
    FROM changed_reservations r
    WHERE p.id = $1 AND p.reservation_id = r.id AND p.status = 'PENDING'
    RETURNING p.*
),
inserted_key AS (
    INSERT INTO idempotency_keys (account_id, operation, key, input_hash, result_id)
    SELECT customer_id, '{APPROVE_PAYMENT}', $3, $4, $1
    FROM changed_reservations WHERE $3::text IS NOT NULL
),
{LOCKED_SEATS},
changed_seats AS (
    UPDATE session_seats ss
    SET status = 'SOLD', held_until = NULL,
        version = ss.version + 1, changed_in = {THIS_TRANSACTION}
    FROM locked_seats l
    WHERE ss.id = l.id AND ss.status = 'HELD' AND ss.reservation_id = l.reservation_id
    RETURNING ss.*, l.agreed_minor
),
{INSERTED_EVENTS},
{CHANGED_PAYMENTS.format(payments="approved")},
inserted_payment_events AS (
    {insert_events("payment_state", PAYMENT_EVENTS)}
)
SELECT coalesce(
           (SELECT data FROM payment_state),
           {PAYMENT_STATE.format(p="p", r="r", status=PAYMENT_STATUS)}) AS payment,
       (SELECT data FROM reservation_state) AS confirmed,
       (SELECT approved_at FROM approved) AS approved_at,
       (SELECT starts_at FROM screening) AS starts_at,
       (SELECT sales_end_at FROM screening) AS sales_end_at,
       1 / ((SELECT count(*) FROM changed_reservations)
                = (SELECT count(*) FROM approved)
            AND (SELECT count(*) FROM changed_seats)
                = (SELECT count(*) FROM changed_reservations sold
                   JOIN claims ON claims.reservation_id = sold.id
                   WHERE claims.released_at IS NULL))::int AS whole
FROM verdict, LATERAL (SELECT (verdict.r).*) r, LATERAL (SELECT (verdict.p).*) p
"""

# For many events, which it confirms. Those that were confirmed before are not `mine`,
# and change nothing. A reservation may be in there twice: its payment changes once, for
# the last event.
# It looks at the reservation as it is, not as an event says it was: an event may come
# late or twice. FOR SHARE waits for an expiry that is under way, and then looks again.
# An ended reservation does not change any more, and its event came after its end. So
# `closed` may read what this statement sees from its beginning.
UPDATE_PAYMENTS = f"""
WITH {CONFIRMED},
origin AS (
    SELECT DISTINCT ON (reservation_id) reservation_id, request_id, trace_parent
    FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[]) WITH ORDINALITY
        AS event (event_id, reservation_id, request_id, trace_parent, number)
    JOIN mine ON mine.id = event.event_id
    ORDER BY reservation_id, number DESC
),
pending AS (
    SELECT * FROM reservations
    WHERE id = ANY(ARRAY(SELECT reservation_id FROM origin)) AND status = 'PENDING'
    ORDER BY id
    FOR SHARE
),
opened AS (
    INSERT INTO payments (reservation_id, status, amount_minor, currency, created_at)
    SELECT id, 'PENDING', amount_minor, currency, clock_timestamp() FROM pending
    ON CONFLICT (reservation_id) DO NOTHING
    RETURNING *
),
closed AS (
    UPDATE payments p SET status = r.status
    FROM reservations r
    WHERE r.id = ANY(ARRAY(SELECT reservation_id FROM origin))
      AND p.reservation_id = r.id
      AND r.status IN ('EXPIRED', 'CANCELLED') AND p.status = 'PENDING'
    RETURNING p.*
),
changed_payments AS (
    SELECT * FROM opened UNION ALL SELECT * FROM closed
),
{CHANGED_PAYMENTS.format(payments="changed_payments")}
{insert_events("payment_state", PAYMENT_EVENTS, origin=OF_RESERVATION)}
"""
