"""The statements that begin and open attempts to pay, by the rules of ledger_sql."""

from domain.idempotency import START_CHECKOUT
from persistence.sales.event_sql import ORIGIN
from persistence.sales.extension_sql import EXTENDED_SEATS
from persistence.sales.payment_sql import PAYMENT_VERDICT
from persistence.sales.state_sql import PAYMENT_STATE, PAYMENT_STATUS

# How long the caller who has begun an attempt has to open it, before a settler does.
OPENING_SECONDS = 10
# How soon the settler looks at an attempt without news.
NEWS_SECONDS = 60

# The guard that lets either the expiry or the attempt win. The race tests replace it.
CAN_BE_PAID = """(verdict.r).status = 'PENDING' AND (verdict.r).expires_at > verdict.now
      AND (verdict.p).status = 'PENDING' AND (verdict.p).amount_minor > 0"""

# Two callers at once: the second one waits for the lock, and its snapshot lacks the
# attempt of the first one. Then the unique index refuses its own, and it asks again.
# Behind a settler it has seen an attempt without its outcome: locked, that is as it is.
# The first attempt extends the hold, if it ends earlier than the window. Later ones are
# a part of the time that is left. `whole` is as in APPROVE.
START = f"""
WITH {ORIGIN.format("$9", "$10")},
{PAYMENT_VERDICT},
payable AS (
    SELECT (verdict.r).*, (verdict.p).provider, now,
           now + make_interval(secs => $6::float8) AS window_ends
    FROM verdict WHERE {CAN_BE_PAID}
),
known AS (
    SELECT a.* FROM payable JOIN payment_attempts a ON a.payment_id = $1
    WHERE a.outcome IS NULL
    FOR NO KEY UPDATE OF a
),
changed_reservations AS (
    UPDATE reservations r SET expires_at = payable.window_ends
    FROM payable
    WHERE r.id = payable.id AND r.status = 'PENDING'
      AND payable.provider IS NULL AND payable.expires_at < payable.window_ends
      AND NOT EXISTS (SELECT FROM known)
    RETURNING r.*
),
begun AS (
    UPDATE payments p SET provider = $3, outcome = NULL
    FROM payable
    WHERE p.id = $1 AND p.status = 'PENDING' AND NOT EXISTS (SELECT FROM known)
    RETURNING p.*
),
inserted AS (
    INSERT INTO payment_attempts (
        payment_id, reservation_id, provider, amount_minor, currency, if_late,
        return_url, status, created_at, expires_at, due_at)
    SELECT begun.id, begun.reservation_id, $3, begun.amount_minor, begun.currency,
           $5, $4, 'OPENING', payable.now,
           least(payable.window_ends, greatest(payable.expires_at, r.expires_at)),
           payable.now + interval '{OPENING_SECONDS} seconds'
    FROM begun CROSS JOIN payable LEFT JOIN changed_reservations r ON r.id = payable.id
    RETURNING *
),
attempt AS (
    SELECT * FROM inserted UNION ALL SELECT * FROM known
),
inserted_key AS (
    INSERT INTO idempotency_keys (account_id, operation, key, input_hash, result_id)
    SELECT $2, '{START_CHECKOUT}', $7, $8, payment_id
    FROM inserted WHERE $7::text IS NOT NULL
),
{EXTENDED_SEATS}
SELECT attempt.*, verdict.now,
       coalesce(
           (SELECT {PAYMENT_STATE.format(p="begun", r="r", status="begun.status")}
            FROM begun),
           {PAYMENT_STATE.format(p="p", r="r", status=PAYMENT_STATUS)}) AS payment,
       (SELECT data FROM reservation_state) AS extended,
       (SELECT starts_at FROM screening) AS starts_at,
       (SELECT sales_end_at FROM screening) AS sales_end_at,
       1 / ((SELECT count(*) FROM changed_seats)
            = (SELECT count(*) FROM changed_reservations changed
               JOIN claims ON claims.reservation_id = changed.id))::int AS whole
FROM verdict CROSS JOIN LATERAL (SELECT (verdict.r).*) r
CROSS JOIN LATERAL (SELECT (verdict.p).*) p LEFT JOIN attempt ON TRUE
"""

# An event may have come before the answer: then it stays due. The settler closes a page
# whose attempt it has given up meanwhile.
OPENED = f"""
UPDATE payment_attempts a
SET provider_ref = $2, checkout_url = $3, client_secret = $4,
    charge_ref = coalesce($5, a.charge_ref),
    status = CASE a.status WHEN 'OPENING' THEN 'OPEN' ELSE a.status END,
    due_at = CASE WHEN a.outcome IS NOT NULL THEN clock_timestamp()
        WHEN a.due_at > clock_timestamp()
        THEN least(clock_timestamp() + interval '{NEWS_SECONDS} seconds',
                   greatest(a.expires_at, clock_timestamp()))
        ELSE a.due_at END
WHERE a.id = $1 AND coalesce(a.provider_ref, $2) = $2
RETURNING *
"""
ATTEMPT = "SELECT * FROM payment_attempts WHERE id = $1"
