"""SQL expressions for the state of a seat, a reservation and a payment, as JSON.

`ss` is a row of session_seats, `seat` its seat, `screening` its session, `r` a
reservation and `p` its payment. persistence/codec.py reads the JSON.

When the time of a hold is over, it has ended, whether or not the sweeper was there:
the expressions for the present status compare with the clock.
"""

SEAT_STATUS = "CASE WHEN ss.held_until <= {now} THEN 'AVAILABLE' ELSE ss.status END"
HELD_UNTIL = "CASE WHEN ss.held_until > {now} THEN ss.held_until END"

RESERVATION_STATUS = (
    "CASE WHEN r.status = 'PENDING' AND r.expires_at <= clock_timestamp()"
    " THEN 'EXPIRED' ELSE r.status END"
)

# A payment follows its reservation, whose event may still be on its way.
PAYMENT_STATUS = (
    f"CASE {RESERVATION_STATUS} WHEN 'PENDING' THEN p.status"
    f" WHEN 'CONFIRMED' THEN 'APPROVED' ELSE {RESERVATION_STATUS} END"
)

SEAT_STATE = """jsonb_build_object(
    'id', {ss}.id, 'row', seat.row_label, 'number', seat.number,
    'status', {status}, 'version', {ss}.version, 'held_until', {held_until},
    'price_minor', screening.price_minor, 'currency', screening.currency)"""

SEAT_STATE_NOW = SEAT_STATE.format(
    ss="ss",
    status=SEAT_STATUS.format(now="clock_timestamp()"),
    held_until=HELD_UNTIL.format(now="clock_timestamp()"),
)

RESERVATION_STATE = """jsonb_build_object(
    'reservation_id', {r}.id, 'session_id', {r}.session_id,
    'customer_id', {r}.customer_id, 'status', {status},
    'amount_minor', {r}.amount_minor, 'currency', {r}.currency,
    'created_at', {r}.created_at, 'expires_at', {r}.expires_at,
    'seats', ({seats}))"""

# The seats that the reservation took, even if it has given them back.
SEATS_OF_RESERVATION_NOW = f"""
    SELECT jsonb_agg({SEAT_STATE_NOW} ORDER BY ss.id)
    FROM claims
    JOIN session_seats ss ON ss.id = claims.session_seat_id
    JOIN seats seat ON seat.id = ss.seat_id
    JOIN sessions screening ON screening.id = ss.session_id
    WHERE claims.reservation_id = {{r}}.id"""

PAYMENT_STATE = """jsonb_build_object(
    'payment_id', {p}.id, 'reservation_id', {p}.reservation_id,
    'session_id', {r}.session_id, 'customer_id', {r}.customer_id,
    'status', {status}, 'amount_minor', {p}.amount_minor,
    'currency', {p}.currency, 'created_at', {p}.created_at,
    'approved_at', {p}.approved_at)"""
