"""The statements of the door.

A check-in is one guarded UPDATE of a claim, and locks nothing else. So it waits for a
refund, a transfer or another gate that changes the same ticket, and then Postgres looks
at the guards of the claim again. What a guard reads of other rows does not change
between two valid states of a ticket: a confirmed reservation stays confirmed, and keeps
its session.
"""

from persistence.sales.event_sql import THIS_TRANSACTION
from persistence.sales.state_sql import TICKET_STATUS

# The guards. The race tests replace them. $4: scanned at; NULL: now. Of two scans the
# earlier one stands, whichever was sent first. One that comes again is no second scan:
# a gate that had no answer sends it once more, with its own time.
NOT_USED = """(claims.used_at IS NULL
    OR claims.used_at > $4 AND (claims.used_scan = $6) IS NOT TRUE)"""
NOT_GIVEN_BACK = "claims.released_at IS NULL"
# A gate that names no session lets nobody in with a ticket of yesterday.
FOR_SESSION = """(r.session_id = $3::uuid OR $3 IS NULL
    AND coalesce($4::timestamptz, clock_timestamp()) < s.ends_at)"""
IS_CURRENT = "claims.generation = $2"

WORKS_THERE = "({everywhere} OR rooms.cinema_id = ANY({cinemas}))"

CHECK_IN = f"""
UPDATE claims
SET used_at = least($4, clock_timestamp()), used_gate = $5, used_scan = $6,
    changed_in = {THIS_TRANSACTION}
FROM reservations r JOIN sessions s ON s.id = r.session_id
JOIN rooms ON rooms.id = s.room_id
WHERE claims.id = $1 AND {IS_CURRENT} AND {NOT_GIVEN_BACK} AND {NOT_USED}
  AND r.id = claims.reservation_id AND r.status = 'CONFIRMED'
  AND {FOR_SESSION}
  AND {WORKS_THERE.format(everywhere="$7::bool", cinemas="$8::uuid[]")}
  AND coalesce($4::timestamptz, clock_timestamp()) >= s.starts_at - $9::interval
  AND ($4 BETWEEN clock_timestamp() - $10::interval
              AND clock_timestamp() + $11::interval) IS NOT FALSE
RETURNING claims.id AS ticket_id, old.used_at AS displaced_at,
          old.used_gate AS displaced_gate
"""  # noqa: S608  # made of constant fragments; values are parameters

TICKET = f"""
SELECT r.session_id, claims.generation, claims.used_at, claims.used_gate,
       claims.used_scan, s.starts_at - $4::interval AS opens_at, s.ends_at,
       {TICKET_STATUS} AS status, clock_timestamp() AS now
FROM claims JOIN reservations r ON r.id = claims.reservation_id
JOIN sessions s ON s.id = r.session_id JOIN rooms ON rooms.id = s.room_id
WHERE claims.id = $1
  AND {WORKS_THERE.format(everywhere="$2::bool", cinemas="$3::uuid[]")}
"""  # noqa: S608  # made of constant fragments; values are parameters
