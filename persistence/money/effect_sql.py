"""The statements about calls to the provider that have to happen."""

from domain.events import PaymentSettled
from persistence.money.settlement_sql import LEASE_SECONDS, SETTLED_PAYMENTS
from persistence.sales.event_sql import ORIGIN, insert_events

TRY_FOR = "3 days"

# A refund that was sent is never given up because the provider cannot be reached: staff
# would give the money back a second time. It is sent once there is captured money.
IS_LAST = f"""leased.created_at + interval '{TRY_FOR}' <= clock_timestamp()
       AND (leased.operation <> 'REFUND' OR a.status = 'AUTHORIZED')"""

DUE_EFFECTS = f"""
WITH due AS (
    SELECT e.id FROM payment_effects e JOIN payment_attempts a ON a.id = e.attempt_id
    WHERE e.due_at <= clock_timestamp() AND a.provider = $1
    ORDER BY e.due_at LIMIT $2
    FOR UPDATE OF e SKIP LOCKED
),
leased AS (
    UPDATE payment_effects e
    SET due_at = clock_timestamp() + interval '{LEASE_SECONDS} seconds'
    FROM due WHERE e.id = due.id
    RETURNING e.*
)
SELECT a.*, leased.id AS effect_id, leased.operation, leased.refund_id,
       leased.amount_minor AS effect_minor, leased.tries AS effect_tries,
       leased.due_at AS lease, refunds.provider_ref AS refund_ref,
       {IS_LAST} AS is_last
FROM leased JOIN payment_attempts a ON a.id = leased.attempt_id
LEFT JOIN refunds ON refunds.id = leased.refund_id
"""

# Who watches the reservation sees the refund's new status, if it has one.
SETTLED = f"""changed AS (
    SELECT p.* FROM payments p
    WHERE EXISTS (SELECT FROM refund
                  WHERE payment_id = p.id AND refund.status <> 'PENDING')
),
{SETTLED_PAYMENTS},
inserted_events AS (
    {insert_events("payment_state", [PaymentSettled])}
)"""

# An attempt is locked before its effects, as by an event that comes now.
LOCKED_ATTEMPT = """attempt AS (
    SELECT id FROM payment_attempts WHERE id = $2
    FOR NO KEY UPDATE
)"""

# Each of these is the first to say so, or changes nothing.
DONE = f"""
WITH {LOCKED_ATTEMPT},
done AS (
    UPDATE payment_effects e
    SET done_at = clock_timestamp(), due_at = NULL, error = NULL
    FROM attempt
    WHERE e.id = $1 AND e.attempt_id = attempt.id
      AND e.done_at IS NULL AND e.failed_at IS NULL
    RETURNING e.*
)
UPDATE payment_attempts a
SET status = CASE done.operation WHEN 'CAPTURE' THEN 'CAPTURED' ELSE 'CLOSED' END,
    captured_minor = CASE done.operation WHEN 'CAPTURE' THEN done.amount_minor
        ELSE a.captured_minor END
FROM done WHERE a.id = done.attempt_id AND done.operation IN ('CAPTURE', 'CANCEL')
"""
# A refund may fail days after it has succeeded: the buyer's bank did not take it.
# What cannot be cancelled may have been captured by somebody: the settler looks again.
# What was never captured cannot be refunded: CAPTURE_FAILED stays, or staff would give
# back money that nobody took.
FAILED = f"""
WITH {ORIGIN.format("$4", "$5")},
{LOCKED_ATTEMPT},
failed AS (
    UPDATE payment_effects e
    SET failed_at = clock_timestamp(), due_at = NULL, error = $3
    FROM attempt
    WHERE e.id = $1 AND e.attempt_id = attempt.id
      AND e.done_at IS NULL AND e.failed_at IS NULL
    RETURNING e.*
),
moot AS (
    UPDATE payment_effects e
    SET failed_at = clock_timestamp(), due_at = NULL, error = 'nothing was captured'
    FROM failed
    WHERE failed.operation = 'CAPTURE' AND e.attempt_id = failed.attempt_id
      AND e.operation = 'REFUND' AND e.due_at IS NOT NULL
    RETURNING e.refund_id
),
refund AS (
    UPDATE refunds SET status = 'FAILED', settled_at = clock_timestamp()
    WHERE id IN (SELECT refund_id FROM failed UNION ALL SELECT refund_id FROM moot)
      AND status <> 'FAILED'
    RETURNING payment_id, status
),
{SETTLED}
UPDATE payment_attempts a
SET flag = CASE WHEN failed.operation = 'CAPTURE' THEN 'CAPTURE_FAILED'
    WHEN failed.operation = 'REFUND' AND a.flag IS DISTINCT FROM 'CAPTURE_FAILED'
        THEN 'REFUND_FAILED' ELSE a.flag END,
    due_at = CASE failed.operation
        WHEN 'CANCEL' THEN clock_timestamp() + interval '1 minute' ELSE a.due_at END
FROM failed WHERE a.id = failed.attempt_id
"""
NEXT_TRY = """
UPDATE payment_effects e
SET tries = e.tries + 1, error = $2, due_at = CASE WHEN e.due_at = $3
    THEN clock_timestamp() + make_interval(secs => $4::float8) ELSE e.due_at END
WHERE e.id = $1 AND e.due_at IS NOT NULL
"""
# PENDING: the provider has it, and says later what has become of it.
REFUNDED = f"""
WITH {ORIGIN.format("$7", "$8")},
refund AS (
    UPDATE refunds SET provider_ref = $3, status = $4,
        settled_at = CASE WHEN $4 <> 'PENDING' THEN clock_timestamp() END
    WHERE id = $2 AND status = 'PENDING'
    RETURNING *
),
{SETTLED}
UPDATE payment_effects e SET
    done_at = CASE WHEN $4 <> 'PENDING' THEN clock_timestamp() END, error = NULL,
    tries = 0,
    due_at = CASE WHEN $4 <> 'PENDING' THEN NULL WHEN e.due_at = $5
        THEN clock_timestamp() + make_interval(secs => $6::float8) ELSE e.due_at END
WHERE e.id = $1 AND e.due_at IS NOT NULL
"""
