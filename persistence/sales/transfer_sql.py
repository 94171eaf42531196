"""The statements that give tickets to other people.

The locks are those of the account, the offer and the claim, in this order. A gate and a
refund lock the claim, too: Postgres looks at its guards again after a wait.
"""

from persistence.sales.event_sql import THIS_TRANSACTION
from persistence.sales.state_sql import TICKET_STATUS

# The holder may have changed since this snapshot, and an offer of the new one be there:
# it has a higher generation, and stays.
OFFER = f"""
WITH ticket AS MATERIALIZED (
    SELECT claims.id, claims.generation, s.ends_at, {TICKET_STATUS} AS status
    FROM claims JOIN reservations r ON r.id = claims.reservation_id
    JOIN sessions s ON s.id = r.session_id
    WHERE claims.id = $1 AND coalesce(claims.holder_id, r.customer_id) = $2
),
offered AS (
    INSERT INTO ticket_offers AS offer
        (ticket_id, token_hash, generation, offered_by, expires_at)
    SELECT id, $3::bytea, generation, $2::uuid,
           least(ends_at, clock_timestamp() + $4::interval)
    FROM ticket WHERE status = 'VALID' AND ends_at > clock_timestamp()
    ON CONFLICT (ticket_id) DO UPDATE
    SET token_hash = excluded.token_hash, generation = excluded.generation,
        offered_by = excluded.offered_by, expires_at = excluded.expires_at,
        accepted_by = NULL
    WHERE offer.generation <= excluded.generation
        AND (offer.accepted_by IS NULL OR offer.generation < excluded.generation)
    RETURNING expires_at
)
SELECT status, (SELECT expires_at FROM offered) AS expires_at FROM ticket
"""  # constants

# An erasure waits, or comes first.
LOCK_ACCOUNT = """
SELECT FROM accounts WHERE id = $1 AND erased_at IS NULL
FOR SHARE
"""
LOCK_OFFER = """
SELECT ticket_id, generation, offered_by, accepted_by FROM ticket_offers
WHERE token_hash = $1 AND expires_at > clock_timestamp()
FOR UPDATE
"""
# The guards that keep a ticket from being accepted that is void or used. The race tests
# replace them.
IS_CURRENT = "claims.generation = $3"
NOT_USED = "claims.used_at IS NULL AND claims.released_at IS NULL"
# Who has bought the ticket and gets it back is its holder as before.
TAKE = f"""
UPDATE claims
SET holder_id = nullif($2::uuid, r.customer_id), generation = claims.generation + 1,
    changed_in = {THIS_TRANSACTION}
FROM reservations r JOIN sessions s ON s.id = r.session_id
WHERE claims.id = $1 AND {IS_CURRENT} AND {NOT_USED}
  AND r.id = claims.reservation_id AND r.status = 'CONFIRMED'
  AND s.ends_at > clock_timestamp()
RETURNING claims.id
"""  # constants
ACCEPTED = "UPDATE ticket_offers SET accepted_by = $2 WHERE ticket_id = $1"
STATUS_NOW = f"""
SELECT {TICKET_STATUS} FROM claims JOIN reservations r ON r.id = claims.reservation_id
WHERE claims.id = $1
"""  # constants
