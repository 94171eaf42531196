"""The statements that choose other types of tickets, by the rules of ledger_sql.

They are several, in one transaction: the payment may be opened while we wait for the
reservation, and only a statement that begins after the wait sees it. The locks are
those of the session, the reservation, the quotas and the payment, in this order.
"""

from domain.events import PaymentOpened
from persistence.sales.event_sql import ORIGIN, insert_events
from persistence.sales.payment_sql import CHANGED_PAYMENTS
from persistence.sales.state_sql import RESERVATION_STATUS

# No price changes meanwhile, and no hold of a manager's change waits for us.
LOCK_SESSION = """
SELECT s.id, s.price_minor FROM sessions s
WHERE s.id = (SELECT session_id FROM reservations WHERE id = $1 AND customer_id = $2)
FOR KEY SHARE
"""
# The clock is read once the row is locked. Without WITH, Postgres reads it before.
LOCK_RESERVATION = f"""
WITH locked AS (
    SELECT * FROM reservations WHERE id = $1
    FOR UPDATE
)
SELECT {RESERVATION_STATUS} AS status FROM locked r
"""

# A provider asks for the total as it was. No attempt begins meanwhile: it would wait
# for the reservation.
IS_BEING_PAID = """
SELECT EXISTS (
    SELECT FROM payments p JOIN payment_attempts a ON a.payment_id = p.id
    WHERE p.reservation_id = $1 AND a.outcome IS NULL)
"""

# Of each chosen seat: its claim, and what the chosen type costs there. The default type
# of a session with one price costs that. NULL: not sold.
CHOSEN = """
WITH chosen AS (
    SELECT * FROM unnest($3::uuid[], $4::uuid[]) AS chosen (seat_id, type_id)
), default_type AS (
    SELECT id FROM ticket_types WHERE is_default
)
SELECT claims.session_seat_id AS seat_id, chosen.type_id,
       chosen.type_id IN (SELECT id FROM ticket_types) AS exists,
       coalesce(claims.ticket_type_id, default_type.id) AS type_before,
       coalesce(price.amount_minor, CASE WHEN chosen.type_id = default_type.id
                                         THEN $2::int END) AS price_minor
FROM chosen JOIN claims ON claims.session_seat_id = chosen.seat_id
JOIN session_seats ss ON ss.id = claims.session_seat_id
CROSS JOIN default_type
LEFT JOIN session_prices price ON price.session_id = ss.session_id
    AND price.zone_id = ss.zone_id AND price.ticket_type_id = chosen.type_id
WHERE claims.reservation_id = $1 AND claims.released_at IS NULL
"""

# Of a reservation that an older program has made.
PRICE_OLD_CLAIMS = """
UPDATE claims SET price_minor = r.amount_minor / (
    SELECT count(*) FROM claims other WHERE other.reservation_id = r.id)
FROM reservations r
WHERE r.id = $1 AND claims.reservation_id = r.id AND claims.price_minor IS NULL
"""

LOCK_QUOTAS = """
SELECT ticket_type_id, seats_limit - seats_taken AS seats_left FROM ticket_quotas
WHERE session_id = $1 AND ticket_type_id = ANY($2)
ORDER BY ticket_type_id
FOR UPDATE
"""
CHANGE_QUOTA = """
UPDATE ticket_quotas SET seats_taken = seats_taken + $3
WHERE session_id = $1 AND ticket_type_id = $2
"""
CHANGE_CLAIMS = """
UPDATE claims SET ticket_type_id = chosen.type_id, price_minor = chosen.price_minor
FROM unnest($2::uuid[], $3::uuid[], $4::int[]) AS chosen (seat_id, type_id, price_minor)
WHERE claims.reservation_id = $1 AND claims.session_seat_id = chosen.seat_id
"""
# A payment that is open has to have the new total. Its event is sent again with it. One
# that is not open yet takes the amount from the reservation, whose lock it waits for.
CHANGE_TOTAL = f"""
WITH {ORIGIN.format("$2", "$3")},
total AS (
    SELECT sum(price_minor) AS minor FROM claims WHERE reservation_id = $1
),
changed_reservation AS (
    UPDATE reservations SET amount_minor = total.minor FROM total
    WHERE id = $1 AND status = 'PENDING'
    RETURNING id
),
changed AS (
    UPDATE payments p SET amount_minor = total.minor
    FROM total, changed_reservation r
    WHERE p.reservation_id = r.id AND p.status = 'PENDING'
    RETURNING p.*
),
{CHANGED_PAYMENTS.format(payments="changed")},
inserted_events AS (
    {insert_events("payment_state", [PaymentOpened])}
)
SELECT count(*) FROM changed_reservation
"""
