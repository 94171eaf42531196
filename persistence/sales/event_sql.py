"""How statements write down what there is, and tell what they changed.

`film` is the row of the film session: `session` means too much to SQL's tools.

A statement names the reservations that it changed `touched` and the seats that it
changed `changed` (with `by`, the reservation); TOLD turns both into outbox rows of the
same transaction, so that no change goes untold and nothing is told that did not happen.
`origin` is on whose behalf: the statement's last two parameters.
"""

SEAT_STATE = """jsonb_build_object(
    'id', {ss}.id, 'row', seat.row_label, 'number', seat.number,
    'status', {status}, 'version', {ss}.version, 'held_until', {held_until},
    'price_minor', film.price_minor, 'currency', film.currency)"""

# A hold that is over is over for everybody, whether or not it was swept up.
FRESH_SEAT_STATE = SEAT_STATE.format(
    ss="ss",
    status="CASE WHEN ss.held_until <= clock_timestamp() THEN 'AVAILABLE'"
    " ELSE ss.status END",
    held_until="CASE WHEN ss.held_until > clock_timestamp() THEN ss.held_until END",
)

CHANGED_SEAT_STATE = SEAT_STATE.format(
    ss="c", status="c.status", held_until="c.held_until"
)

RESERVATION_STATUS = (
    "CASE WHEN r.status = 'PENDING' AND r.expires_at <= clock_timestamp()"
    " THEN 'EXPIRED' ELSE r.status END"
)

# Everything older than this transaction was committed before this snapshot.
POSITION = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
THIS_TRANSACTION = "pg_current_xact_id()::text::bigint"

ORIGIN = "origin AS (SELECT {}::text AS request_id, {}::text AS trace_parent)"

TOLD = f"""
story AS (
    SELECT r.session_id, r.status, jsonb_build_object(
        'reservation_id', r.id, 'session_id', r.session_id,
        'customer_id', r.customer_id, 'status', r.status,
        'amount_minor', r.amount_minor, 'currency', r.currency,
        'created_at', r.created_at, 'expires_at', r.expires_at,
        'position', {POSITION},
        'seats', (
            SELECT jsonb_agg({CHANGED_SEAT_STATE} ORDER BY c.id)
            FROM changed c
            JOIN seats seat ON seat.id = c.seat_id
            JOIN film ON film.id = c.session_id
            WHERE c.by = r.id)) AS data
    FROM touched r
),
told AS (
    INSERT INTO outbox (topic, type, session_id, data, awaiting,
                        request_id, trace_parent)
    SELECT 'reservations',
           CASE status WHEN 'PENDING' THEN 'ReservationCreated'
                       ELSE 'Reservation' || initcap(status) END,
           session_id, data,
           CASE status WHEN 'CONFIRMED' THEN ARRAY['fanout']
                       ELSE ARRAY['payments', 'fanout'] END,
           origin.request_id, origin.trace_parent
    FROM story, origin
)"""
