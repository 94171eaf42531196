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

# Of a payment that was approved.
REFUND_STATUS = """CASE p.refunded_minor WHEN 0 THEN 'APPROVED'
    WHEN p.amount_minor THEN 'REFUNDED' ELSE 'PARTLY_REFUNDED' END"""
# A payment follows its reservation, whose event may still be on its way.
PAYMENT_STATUS = (
    f"CASE {RESERVATION_STATUS} WHEN 'PENDING' THEN p.status"
    f" WHEN 'CONFIRMED' THEN {REFUND_STATUS} ELSE {RESERVATION_STATUS} END"
)

SEAT = """jsonb_build_object(
    'id', {ss}.id, 'row', seat.row_label, 'number', seat.number,
    'status', {status}, 'version', {version}, 'held_until', {held_until},
    'price_minor', {price}, 'currency', {currency})"""
# What the default type costs there. In the locked row it is the present price.
SEAT_PRICE = "coalesce({ss}.price_minor, screening.price_minor)"
SEAT_STATE = SEAT.format(
    ss="{ss}",
    version="{ss}.version",
    status="{status}",
    held_until="{held_until}",
    price=SEAT_PRICE,
    currency="screening.currency",
)

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
    'extensions', {r}.extensions, 'seats', ({seats}))"""

# A seat as the reservation has it, or last had it. A seat that was given back is
# AVAILABLE at the version of that moment, even if another customer has it now: clients
# keep the highest version. Claims of release 0.1.0 have no price and no version. All
# seats of such a reservation cost the same, and each seat was free at version 1.
GIVEN_BACK = "claims.released_at IS NOT NULL"
SEAT_OF_RESERVATION = SEAT.format(
    ss="ss",
    status=f"CASE WHEN {GIVEN_BACK} THEN 'AVAILABLE'"
    f" ELSE {SEAT_STATUS.format(now='clock_timestamp()')} END",
    version=f"CASE WHEN {GIVEN_BACK} THEN coalesce(claims.released_version, 1)"
    " ELSE ss.version END",
    held_until=f"CASE WHEN {GIVEN_BACK} THEN NULL"
    f" ELSE {HELD_UNTIL.format(now='clock_timestamp()')} END",
    price="coalesce(claims.price_minor, {r}.amount_minor / claims.seats)",
    currency="{r}.currency",
)
SEATS_OF_RESERVATION = f"""
    SELECT jsonb_agg({SEAT_OF_RESERVATION} ORDER BY ss.id)
    FROM (SELECT *, count(*) OVER () AS seats FROM claims
          WHERE reservation_id = {{r}}.id) AS claims
    JOIN session_seats ss ON ss.id = claims.session_seat_id
    JOIN seats seat ON seat.id = ss.seat_id"""

# Of one claim, likewise.
CLAIM_PRICE = """coalesce({claim}.price_minor, {r}.amount_minor / (
    SELECT count(*) FROM claims other WHERE other.reservation_id = {r}.id))"""

PAYMENT_STATE = """jsonb_build_object(
    'payment_id', {p}.id, 'reservation_id', {p}.reservation_id,
    'session_id', {r}.session_id, 'customer_id', {r}.customer_id,
    'status', {status}, 'amount_minor', {p}.amount_minor,
    'currency', {p}.currency, 'created_at', {p}.created_at,
    'approved_at', {p}.approved_at, 'provider', {p}.provider,
    'outcome', {p}.outcome)"""

# Of the ticket of a claim.
TICKET_STATUS = f"""CASE WHEN claims.refund_id IS NOT NULL THEN 'REFUNDED'
    WHEN claims.released_at IS NOT NULL THEN 'VOID'
    ELSE CASE {RESERVATION_STATUS} WHEN 'PENDING' THEN 'RESERVED'
        WHEN 'CONFIRMED' THEN CASE WHEN claims.used_at IS NULL THEN 'VALID'
            ELSE 'USED' END
        ELSE 'VOID' END END"""
