"""The statement that stores an event of a provider, and makes its attempt due."""

from persistence.money.settlement_sql import LEASE_SECONDS

# A look begins by moving due_at on, which so shows when that was. Events of a second
# share the next look, or a provider that sends many would keep us asking.
SOON = f"""CASE
        WHEN a.due_at <= clock_timestamp() + interval '1 second' THEN a.due_at
        WHEN a.due_at - interval '{LEASE_SECONDS - 1} seconds'
            BETWEEN clock_timestamp() AND clock_timestamp() + interval '1 second'
        THEN a.due_at - interval '{LEASE_SECONDS - 1} seconds'
        ELSE clock_timestamp() END"""

# One statement: an event that is stored has made its attempt due. The settler asks the
# provider, so neither the order of events nor their content matters. A refund that had
# succeeded may fail days later: it is asked about once more, too.
RECORD = f"""
WITH recorded AS (
    INSERT INTO provider_events (provider, event_id, type, attempt_id)
    VALUES ($1, $2, $3, (
        SELECT id FROM payment_attempts WHERE id = $4 AND provider = $1))
    ON CONFLICT DO NOTHING
    RETURNING attempt_id
),
due AS (
    UPDATE payment_attempts a SET due_at = {SOON}
    FROM recorded WHERE a.id = recorded.attempt_id
    RETURNING a.id
),
looked_at AS (
    UPDATE payment_effects e SET due_at = clock_timestamp(), done_at = NULL
    FROM due WHERE e.attempt_id = due.id AND (e.due_at IS NOT NULL
        OR $5 AND e.operation = 'REFUND' AND e.done_at IS NOT NULL)
)
SELECT id FROM due
"""
