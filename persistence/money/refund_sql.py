"""The statements that give tickets back, by the rules of ledger_sql.

They are several, in one transaction: the last one decides what is given back, and its
snapshot is younger than all locks. The locks are those of the session, reservations,
their payments, seats, claims and quotas, in this order.
"""

from domain.events import REFUND_EVENTS, TicketsRefunded
from persistence.sales.event_sql import (
    ORIGIN,
    THIS_TRANSACTION,
    insert_events,
    inserted_events,
)
from persistence.sales.ledger_sql import QUOTAS_GIVEN_BACK
from persistence.sales.payment_sql import CHANGED_PAYMENTS
from persistence.sales.state_sql import CLAIM_PRICE, REFUND_STATUS
from persistence.sales.statement_parts import with_parts

# The start does not change meanwhile.
LOCK_SESSION = """
SELECT id FROM sessions WHERE id = (SELECT session_id FROM reservations WHERE id = $1)
FOR KEY SHARE
"""
# The race tests remove the locks.
LOCK_SALE = """
SELECT status FROM reservations WHERE id = $1
FOR UPDATE
"""
LOCK_PAYMENTS = """
SELECT id FROM payments WHERE reservation_id = ANY($1) ORDER BY reservation_id
FOR UPDATE
"""
LOCK_SEATS = """
SELECT ss.id FROM claims JOIN session_seats ss ON ss.id = claims.session_seat_id
WHERE claims.reservation_id = ANY($1) AND claims.released_at IS NULL
ORDER BY ss.id
FOR UPDATE OF ss
"""
# Nobody uses or passes on a ticket meanwhile: gates lock nothing else.
TICKETS = """
SELECT id, refund_id, released_at IS NULL AS is_open, used_at IS NOT NULL AS is_used,
       holder_id IS NOT NULL AS is_transferred
FROM claims WHERE reservation_id = $1
ORDER BY id
FOR UPDATE
"""
# Who may ask, and until when the customer may. Who bought before the session was moved
# has time until its new start.
POLICY = """
SELECT r.customer_id, rooms.cinema_id, deadline.until,
       clock_timestamp() >= deadline.until AS is_late
FROM reservations r JOIN sessions s ON s.id = r.session_id
JOIN rooms ON rooms.id = s.room_id JOIN cinemas ON cinemas.id = rooms.cinema_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN r.created_at < s.rescheduled_at THEN s.starts_at
        ELSE s.starts_at - make_interval(hours => cinemas.refund_hours_before_start)
    END AS until
) AS deadline
WHERE r.id = $1
"""

# The guards that keep a ticket from being refunded twice. The race tests replace them.
NOT_GIVEN_BACK = "claims.released_at IS NULL"
SEAT_IS_THEIRS = "ss.status = 'SOLD' AND ss.reservation_id = f.reservation_id"
# The guard of the sum.
WITHIN_AMOUNT = "p.refunded_minor + due.amount_minor <= p.amount_minor"

REFUNDED_PAYMENTS = with_parts(
    CHANGED_PAYMENTS.format(payments="changed_payments"),
    {"p.status": REFUND_STATUS},
    times=2,
)

# Of the reservations $1 the tickets $2, or all that are left if that is NULL. `whole`
# is the second guard: rather than refund a part, it divides by zero and changes
# nothing. Without an attempt there is no money to move: the refund has succeeded.
REFUND = f"""
WITH {ORIGIN.format("$5", "$6")},
refunding AS (
    SELECT claims.id, claims.reservation_id, claims.session_seat_id,
           {CLAIM_PRICE.format(claim="claims", r="r")} AS amount_minor
    FROM reservations r JOIN claims ON claims.reservation_id = r.id
    WHERE r.id = ANY($1) AND r.status = 'CONFIRMED' AND {NOT_GIVEN_BACK}
      AND (claims.id = ANY($2::uuid[])) IS NOT FALSE
),
changed_reservations AS (
    SELECT * FROM reservations WHERE id IN (SELECT reservation_id FROM refunding)
),
screening AS (
    SELECT * FROM sessions WHERE id IN (SELECT session_id FROM changed_reservations)
),
due AS MATERIALIZED (
    SELECT uuidv7() AS refund_id, p.id AS payment_id, p.reservation_id, p.currency,
           attempt.id AS attempt_id, total.amount_minor,
           clock_timestamp() AS now
    FROM (
        SELECT reservation_id, sum(amount_minor)::int AS amount_minor
        FROM refunding GROUP BY reservation_id
    ) AS total JOIN payments p USING (reservation_id)
    LEFT JOIN payment_attempts attempt ON attempt.payment_id = p.id
        AND attempt.outcome IN ('SOLD', 'RESEATED') AND total.amount_minor > 0
),
changed_payments AS (
    UPDATE payments p SET refunded_minor = p.refunded_minor + due.amount_minor
    FROM due
    WHERE p.id = due.payment_id AND p.status = 'APPROVED' AND {WITHIN_AMOUNT}
    RETURNING p.*
),
changed_attempts AS (
    UPDATE payment_attempts a
    SET refunded_minor = a.refunded_minor + due.amount_minor
    FROM due
    WHERE a.id = due.attempt_id AND a.refunded_minor + due.amount_minor
        <= greatest(a.amount_minor, a.captured_minor)
    RETURNING a.id
),
new_refunds AS (
    INSERT INTO refunds (id, payment_id, attempt_id, amount_minor, currency, status,
                         reason, requested_by, created_at, settled_at)
    SELECT refund_id, payment_id, attempt_id, amount_minor, currency,
           CASE WHEN attempt_id IS NULL THEN 'SUCCEEDED' ELSE 'PENDING' END,
           $3, $4::uuid, now, CASE WHEN attempt_id IS NULL THEN now END
    FROM due
    RETURNING *
),
inserted_effects AS (
    INSERT INTO payment_effects (attempt_id, operation, refund_id, amount_minor, due_at)
    SELECT attempt_id, 'REFUND', id, amount_minor, created_at
    FROM new_refunds WHERE attempt_id IS NOT NULL
),
changed_seats AS (
    UPDATE session_seats ss
    SET status = 'AVAILABLE', reservation_id = NULL,
        version = ss.version + 1, changed_in = {THIS_TRANSACTION}
    FROM refunding f JOIN due USING (reservation_id)
    WHERE ss.id = f.session_seat_id AND {SEAT_IS_THEIRS}
    RETURNING ss.id, ss.session_id, ss.seat_id, ss.status, ss.version, ss.held_until,
              ss.price_minor, f.reservation_id, f.amount_minor AS agreed_minor,
              due.refund_id
),
unclaimed AS (
    UPDATE claims SET released_at = clock_timestamp(), released_version = c.version,
        refund_id = c.refund_id, generation = claims.generation + 1,
        changed_in = {THIS_TRANSACTION}
    FROM changed_seats c
    WHERE claims.reservation_id = c.reservation_id AND claims.session_seat_id = c.id
      AND {NOT_GIVEN_BACK}
    RETURNING claims.reservation_id, claims.ticket_type_id
),
{QUOTAS_GIVEN_BACK},
{inserted_events(types=[TicketsRefunded])},
{REFUNDED_PAYMENTS},
inserted_payment_events AS (
    {insert_events("payment_state", REFUND_EVENTS)}
    WHERE payment_state.status <> 'APPROVED'
)
SELECT (SELECT count(*) FROM new_refunds) AS refunds,
       (SELECT count(*) FROM unclaimed) AS tickets,
       (SELECT data FROM reservation_state LIMIT 1) AS given_back,
       (SELECT refund_id FROM due LIMIT 1) AS refund_id,
       1 / ((SELECT count(*) FROM refunding) = (SELECT count(*) FROM unclaimed)
            AND (SELECT count(*) FROM changed_payments)
                = (SELECT count(*) FROM new_refunds)
            AND (SELECT count(*) FROM changed_attempts)
                = (SELECT count(attempt_id) FROM new_refunds))::int AS whole
"""
INSERT_KEY = """
INSERT INTO idempotency_keys (account_id, operation, key, input_hash, result_id)
VALUES ($1, $2, $3, $4, $5)
"""
# The provider has said no: a new key, and so a new refund, may succeed. The first of
# two calls changes something. Staff have looked at the attempt when they have sent all
# of its refunds again that failed.
REPEAT = """
WITH failed AS (
    SELECT * FROM refunds
    WHERE id = $1 AND status = 'FAILED' AND repeated_as IS NULL
        AND EXISTS (SELECT FROM payment_attempts a
                    WHERE a.id = attempt_id AND a.captured_minor > 0)
    FOR UPDATE
),
again AS (
    INSERT INTO refunds (payment_id, attempt_id, amount_minor, currency, status, reason,
                         requested_by)
    SELECT payment_id, attempt_id, amount_minor, currency, 'PENDING', reason,
           requested_by FROM failed
    RETURNING *
),
repeated AS (
    UPDATE refunds r SET repeated_as = again.id
    FROM failed, again WHERE r.id = failed.id AND r.repeated_as IS NULL
),
tickets AS (
    UPDATE claims SET refund_id = again.id
    FROM again JOIN payments p ON p.id = again.payment_id
    WHERE claims.reservation_id = p.reservation_id AND claims.refund_id = $1
),
effect AS (
    INSERT INTO payment_effects (attempt_id, operation, refund_id, amount_minor, due_at)
    SELECT attempt_id, 'REFUND', id, amount_minor, created_at FROM again
),
looked_at AS (
    UPDATE payment_attempts a SET flag = NULL
    FROM again
    WHERE a.id = again.attempt_id AND a.flag = 'REFUND_FAILED' AND NOT EXISTS (
        SELECT FROM refunds r WHERE r.attempt_id = a.id AND r.id <> $1
            AND r.status = 'FAILED' AND r.repeated_as IS NULL
    )
)
SELECT id FROM again
"""
BY_ID = """
SELECT id, payment_id, amount_minor, currency, status, reason, created_at
FROM refunds WHERE id = ANY($1)
"""
