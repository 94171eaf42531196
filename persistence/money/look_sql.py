"""The statement that keeps what a provider said, until the next look."""

from persistence.money.settlement_sql import MONEY_BACK

# Not after the end of the window, when the page has to be closed. An event that came
# meanwhile has made the attempt due, and it stays due.
NEXT_LOOK = """CASE
        WHEN a.due_at IS DISTINCT FROM {lease} THEN a.due_at
        WHEN a.outcome IS NULL AND a.expires_at > clock_timestamp() THEN least(
            a.expires_at, clock_timestamp() + make_interval(secs => {pause}::float8))
        ELSE clock_timestamp() + make_interval(secs => {pause}::float8) END"""

IS_GIVEN_UP = "a.outcome IN ('RELEASED', 'REFUNDED')"

# An answer may be older than what another settler, or a capture, has done meanwhile.
HEARD = """CASE WHEN $2::text IS NULL
        OR $2 = 'OPEN' AND a.status <> 'OPENING'
        OR $2 = 'AUTHORIZED' AND a.status = 'CAPTURED' THEN a.status ELSE $2 END"""

# What was given up, and has money all the same, gives it back. A refund has a key to
# its payment, which is locked before the attempt here, as in a sale.
LOOK_AGAIN = f"""
WITH locked AS (
    SELECT FROM payments
    WHERE id = (SELECT payment_id FROM payment_attempts WHERE id = $1)
    FOR KEY SHARE
),
after_locking AS (
    SELECT count(*) FROM locked
),
heard AS (
    UPDATE payment_attempts a
    SET status = {HEARD},
        captured_minor = greatest(a.captured_minor, $3),
        refunded_minor = CASE WHEN {IS_GIVEN_UP} AND $2 = 'CAPTURED'
            THEN greatest(a.captured_minor, $3) ELSE a.refunded_minor END,
        charge_ref = coalesce($5, a.charge_ref),
        tries = CASE WHEN $2 <> a.status THEN 0 ELSE a.tries + 1 END,
        due_at = {NEXT_LOOK.format(lease="$6", pause="$7")}
    FROM after_locking
    WHERE a.id = $1
    RETURNING a.*, old.refunded_minor AS given_back
),
settled AS (
    SELECT * FROM heard a WHERE {IS_GIVEN_UP}
),
{MONEY_BACK}
SELECT count(*) FROM heard
"""
