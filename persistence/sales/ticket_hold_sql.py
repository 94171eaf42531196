"""The statements that hold seats with chosen types of tickets, for one customer.

They are those of hold_sql with these changes. A type costs what the session's prices
say for the zone of the seat; where they say nothing, it is not sold. A type with a
quota has a counter, which only its holds lock, after the seats. Two holds of a group
could affect each other there, so each of these holds is decided alone.
"""

from persistence.sales import hold_sql as plain
from persistence.sales.statement_parts import with_parts

# A seat whose type does not exist is not wanted, and therefore not found.
WANTED_SEATS = """chosen.id AS hold_id, seat.id AS session_seat_id,
           type.id AS type_id, type.is_default"""
TYPES = f"""{plain.CHOSEN} JOIN asked ON asked.id = chosen.id
    CROSS JOIN unnest(chosen.seat_ids, asked.type_ids) AS seat (id, type_id)
    JOIN ticket_types type
        ON CASE WHEN seat.type_id IS NULL THEN type.is_default
                ELSE type.id = seat.type_id END"""

# The default type costs what the seat says, also in a session with one price. The row
# of a price is locked, so that it is read as it is after a wait for the session.
TICKET = """wants.type_id,
           CASE WHEN wants.is_default THEN ss.seat_price
                ELSE priced.amount_minor END AS agreed_minor"""
PRICED = f"""{plain.IN_THE_SESSION}
    LEFT JOIN priced ON priced.session_seat_id = ss.id
),
quotas AS (
    SELECT q.*, counted.tickets
    FROM (SELECT type_id, count(*) AS tickets FROM wanted GROUP BY type_id) AS counted
    JOIN ticket_quotas q ON q.ticket_type_id = counted.type_id
    WHERE q.session_id = (SELECT id FROM screening)
    ORDER BY q.ticket_type_id
    FOR UPDATE OF q"""
WANTED = "wanted AS ("
PRICES = f"""priced AS (
    SELECT ss.id AS session_seat_id, price.amount_minor
    FROM wants JOIN locked ss ON ss.id = wants.session_seat_id
    JOIN session_prices price ON price.session_id = ss.session_id
        AND price.zone_id = ss.zone_id AND price.ticket_type_id = wants.type_id
    FOR KEY SHARE OF price
),
{WANTED}"""

EXHAUSTED = "EXISTS (SELECT FROM quotas WHERE seats_taken + tickets > seats_limit)"
# A manager has changed the session while we waited for it. Then our snapshot does not
# have the quotas that are new since: the caller tries again.
STALE = "screening.version <> (SELECT version FROM sessions WHERE id = screening.id)"
ALL_SOLD = "(SELECT count(agreed_minor) FROM wanted) = asked.seats"
INSERTED_KEYS = "inserted_keys AS ("
CHANGED_QUOTAS = f"""changed_quotas AS (
    UPDATE ticket_quotas q SET seats_taken = quotas.seats_taken + quotas.tickets
    FROM changed_reservations, quotas
    WHERE q.session_id = quotas.session_id
      AND q.ticket_type_id = quotas.ticket_type_id
),
{INSERTED_KEYS}"""
TOTAL = "verdict.total::int"

CHANGES = {
    "seat_ids uuid[],": "seat_ids uuid[], type_ids uuid[],",
    plain.WANTED_SEATS: WANTED_SEATS,
    plain.CHOSEN: TYPES,
    plain.TICKET: TICKET,
    plain.IN_THE_SESSION: PRICED,
    WANTED: PRICES,
    plain.AFTER_LOCKING: f"{plain.AFTER_LOCKING}, (SELECT count(*) FROM quotas) AS q",
    f"AND {plain.MAY_HAVE_TICKETS}": f"AND {ALL_SOLD} AND NOT {EXHAUSTED}"
    f" AND NOT {STALE}",
    INSERTED_KEYS: CHANGED_QUOTAS,
    TOTAL: f"CASE WHEN {ALL_SOLD} THEN {TOTAL} END",
    plain.REFUSED_TICKETS: f"{EXHAUSTED} AS exhausted, {STALE} AS stale",
}

HOLD_TICKETS = with_parts(plain.HOLD, CHANGES)
HOLD_FIRST_TICKETS = with_parts(plain.HOLD_FIRST, CHANGES)
