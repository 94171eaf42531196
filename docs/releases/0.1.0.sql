-- Statements that the programs of 0.1.0 send. It is released: it does not change.
-- tests/integration/test_upgrades.py sends them to the tables of each version since.

-- name: HOLD
WITH origin AS (SELECT $8::text AS request_id, $9::text AS trace_parent),
film AS (
    SELECT * FROM sessions WHERE id = $1
    FOR KEY SHARE
),
wanted AS (
    SELECT ss.* FROM film
    JOIN session_seats ss ON ss.session_id = film.id
    WHERE ss.id = ANY($2::uuid[])
    ORDER BY ss.id
    FOR UPDATE OF ss
),
verdict AS (
    SELECT count(*) AS found,
           count(*) FILTER (WHERE ss.status = 'AVAILABLE') = cardinality($2::uuid[]) AS free,
           array_agg(DISTINCT ss.reservation_id)
               FILTER (WHERE ss.held_until <= clock_timestamp()) AS lapsed,
           clock_timestamp() AS now
    FROM wanted ss
),
touched AS (
    INSERT INTO reservations (id, session_id, customer_id, status,
                              amount_minor, currency, created_at, expires_at)
    SELECT $3, film.id, $4, 'PENDING',
           film.price_minor * cardinality($2::uuid[]), film.currency,
           verdict.now, verdict.now + $5::interval
    FROM film, verdict
    WHERE verdict.free AND film.starts_at > verdict.now
    RETURNING *
),
keyed AS (
    INSERT INTO idempotency_keys (account_id, operation, key, input_hash, result_id)
    SELECT customer_id, 'reserveSeats', $6, $7, id
    FROM touched WHERE $6::text IS NOT NULL
),
changed AS (
    UPDATE session_seats target
    SET status = 'HELD', reservation_id = r.id, held_until = r.expires_at,
        version = target.version + 1, changed_in = pg_current_xact_id()::text::bigint
    FROM touched r, wanted ss
    WHERE target.id = ss.id AND ss.status = 'AVAILABLE'
    RETURNING target.*, r.id AS by
),
claimed AS (
    INSERT INTO claims (reservation_id, session_seat_id) SELECT by, id FROM changed
),

story AS (
    SELECT r.session_id, r.status, jsonb_build_object(
        'reservation_id', r.id, 'session_id', r.session_id,
        'customer_id', r.customer_id, 'status', r.status,
        'amount_minor', r.amount_minor, 'currency', r.currency,
        'created_at', r.created_at, 'expires_at', r.expires_at,
        'position', pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
        'seats', (
            SELECT jsonb_agg(jsonb_build_object(
    'id', c.id, 'row', seat.row_label, 'number', seat.number,
    'status', c.status, 'version', c.version, 'held_until', c.held_until,
    'price_minor', film.price_minor, 'currency', film.currency) ORDER BY c.id)
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
)
SELECT film.id IS NOT NULL AND verdict.found = cardinality($2::uuid[]) AS found,
       film.starts_at <= verdict.now AS begun,
       verdict.lapsed,
       (SELECT data FROM story) AS held,
       1 / ((SELECT count(*) FROM changed)
            = (SELECT count(*) FROM touched) * cardinality($2::uuid[]))::int AS whole,
       CASE WHEN NOT verdict.free THEN (
           SELECT jsonb_agg(jsonb_build_object(
    'id', ss.id, 'row', seat.row_label, 'number', seat.number,
    'status', CASE WHEN ss.held_until <= clock_timestamp() THEN 'AVAILABLE' ELSE ss.status END, 'version', ss.version, 'held_until', CASE WHEN ss.held_until > clock_timestamp() THEN ss.held_until END,
    'price_minor', film.price_minor, 'currency', film.currency))
           FROM wanted ss JOIN seats seat ON seat.id = ss.seat_id
           WHERE NOT ss.status = 'AVAILABLE') END AS taken
FROM verdict LEFT JOIN film ON TRUE

-- name: CANCEL
WITH origin AS (SELECT $3::text AS request_id, $4::text AS trace_parent),
locked AS (
    SELECT id, status, expires_at FROM reservations
    WHERE id = $1 AND customer_id = $2
    FOR UPDATE
),
verdict AS (
    SELECT max(CASE WHEN status = 'PENDING' AND expires_at <= clock_timestamp()
                    THEN 'EXPIRED' ELSE status END) AS status
    FROM locked
),
touched AS (
    UPDATE reservations r SET status = 'CANCELLED'
    FROM verdict
    WHERE r.id = $1 AND r.status = 'PENDING' AND verdict.status = 'PENDING'
    RETURNING r.*
),


film AS (
    SELECT * FROM sessions WHERE id IN (SELECT session_id FROM touched)
),
locked_seats AS (
    SELECT ss.id, ss.reservation_id AS by
    FROM touched r
    JOIN claims ON claims.reservation_id = r.id
    JOIN session_seats ss ON ss.id = claims.session_seat_id
    ORDER BY ss.id
    FOR UPDATE OF ss
),
changed AS (
    UPDATE session_seats ss
    SET status = 'AVAILABLE', reservation_id = NULL, held_until = NULL,
        version = ss.version + 1, changed_in = pg_current_xact_id()::text::bigint
    FROM locked_seats l
    WHERE ss.id = l.id AND ss.status = 'HELD' AND ss.reservation_id = l.by
    RETURNING ss.*, l.by
),
unclaimed AS (
    UPDATE claims SET released_at = clock_timestamp()
    FROM changed c
    WHERE claims.reservation_id = c.by AND claims.session_seat_id = c.id
      AND claims.released_at IS NULL
),

story AS (
    SELECT r.session_id, r.status, jsonb_build_object(
        'reservation_id', r.id, 'session_id', r.session_id,
        'customer_id', r.customer_id, 'status', r.status,
        'amount_minor', r.amount_minor, 'currency', r.currency,
        'created_at', r.created_at, 'expires_at', r.expires_at,
        'position', pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
        'seats', (
            SELECT jsonb_agg(jsonb_build_object(
    'id', c.id, 'row', seat.row_label, 'number', seat.number,
    'status', c.status, 'version', c.version, 'held_until', c.held_until,
    'price_minor', film.price_minor, 'currency', film.currency) ORDER BY c.id)
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
)

SELECT verdict.status, (SELECT data FROM story) AS cancelled FROM verdict

-- name: EXPIRE_THESE
WITH origin AS (SELECT $2::text AS request_id, $3::text AS trace_parent),
locked AS (
    SELECT id FROM reservations
    WHERE id = ANY($1::uuid[]) AND status = 'PENDING'
    ORDER BY id
    FOR UPDATE
),
clock AS (
    SELECT clock_timestamp() AS now FROM (SELECT count(*) FROM locked) AS after_locking
),
touched AS (
    UPDATE reservations r SET status = 'EXPIRED'
    FROM locked, clock
    WHERE r.id = locked.id AND r.status = 'PENDING' AND r.expires_at <= clock.now
    RETURNING r.*
),


film AS (
    SELECT * FROM sessions WHERE id IN (SELECT session_id FROM touched)
),
locked_seats AS (
    SELECT ss.id, ss.reservation_id AS by
    FROM touched r
    JOIN claims ON claims.reservation_id = r.id
    JOIN session_seats ss ON ss.id = claims.session_seat_id
    ORDER BY ss.id
    FOR UPDATE OF ss
),
changed AS (
    UPDATE session_seats ss
    SET status = 'AVAILABLE', reservation_id = NULL, held_until = NULL,
        version = ss.version + 1, changed_in = pg_current_xact_id()::text::bigint
    FROM locked_seats l
    WHERE ss.id = l.id AND ss.status = 'HELD' AND ss.reservation_id = l.by
    RETURNING ss.*, l.by
),
unclaimed AS (
    UPDATE claims SET released_at = clock_timestamp()
    FROM changed c
    WHERE claims.reservation_id = c.by AND claims.session_seat_id = c.id
      AND claims.released_at IS NULL
),

story AS (
    SELECT r.session_id, r.status, jsonb_build_object(
        'reservation_id', r.id, 'session_id', r.session_id,
        'customer_id', r.customer_id, 'status', r.status,
        'amount_minor', r.amount_minor, 'currency', r.currency,
        'created_at', r.created_at, 'expires_at', r.expires_at,
        'position', pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
        'seats', (
            SELECT jsonb_agg(jsonb_build_object(
    'id', c.id, 'row', seat.row_label, 'number', seat.number,
    'status', c.status, 'version', c.version, 'held_until', c.held_until,
    'price_minor', film.price_minor, 'currency', film.currency) ORDER BY c.id)
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
)

SELECT data, extract(
    epoch FROM clock.now - (data->>'expires_at')::timestamptz)::float8 AS late
FROM story, clock

-- name: RESERVATION
SELECT jsonb_build_object(
    'reservation_id', r.id, 'session_id', r.session_id,
    'customer_id', r.customer_id, 'status', CASE WHEN r.status = 'PENDING' AND r.expires_at <= clock_timestamp() THEN 'EXPIRED' ELSE r.status END,
    'amount_minor', r.amount_minor, 'currency', r.currency,
    'created_at', r.created_at, 'expires_at', r.expires_at,
    'seats', (
        SELECT jsonb_agg(jsonb_build_object(
    'id', ss.id, 'row', seat.row_label, 'number', seat.number,
    'status', CASE WHEN ss.held_until <= clock_timestamp() THEN 'AVAILABLE' ELSE ss.status END, 'version', ss.version, 'held_until', CASE WHEN ss.held_until > clock_timestamp() THEN ss.held_until END,
    'price_minor', film.price_minor, 'currency', film.currency) ORDER BY ss.id)
        FROM claims
        JOIN session_seats ss ON ss.id = claims.session_seat_id
        JOIN seats seat ON seat.id = ss.seat_id
        JOIN sessions film ON film.id = ss.session_id
        WHERE claims.reservation_id = r.id))
FROM reservations r WHERE r.id = $1

-- name: OPEN_PAYMENTS
WITH origin AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])
        AS event (reservation_id, request_id, trace_parent)
),
pending AS (
    SELECT * FROM reservations
    WHERE id = ANY($1::uuid[]) AND status = 'PENDING'
    ORDER BY id
    FOR SHARE
),
opened AS (
    INSERT INTO payments (reservation_id, status, amount_minor, currency, created_at)
    SELECT id, 'PENDING', amount_minor, currency, clock_timestamp() FROM pending
    ON CONFLICT (reservation_id) DO NOTHING
    RETURNING *
)

    INSERT INTO outbox (topic, type, session_id, data, awaiting,
                        request_id, trace_parent)
    SELECT 'payments',
           CASE p.status WHEN 'PENDING' THEN 'PaymentOpened'
                         ELSE 'Payment' || initcap(p.status) END,
           r.session_id,
           jsonb_build_object(
    'payment_id', p.id, 'reservation_id', r.id,
    'session_id', r.session_id, 'customer_id', r.customer_id,
    'status', p.status, 'amount_minor', p.amount_minor,
    'currency', p.currency, 'created_at', p.created_at,
    'approved_at', p.approved_at),
           ARRAY['fanout'], origin.request_id, origin.trace_parent
    FROM opened p JOIN reservations r ON r.id = p.reservation_id
    JOIN origin ON origin.reservation_id = r.id

-- name: LOCK_PAYMENT
SELECT r.id AS reservation_id, r.status, jsonb_build_object(
    'payment_id', p.id, 'reservation_id', r.id,
    'session_id', r.session_id, 'customer_id', r.customer_id,
    'status', CASE r.status WHEN 'PENDING' THEN p.status WHEN 'CONFIRMED' THEN 'APPROVED' ELSE r.status END, 'amount_minor', p.amount_minor,
    'currency', p.currency, 'created_at', p.created_at,
    'approved_at', p.approved_at) AS payment
FROM payments p JOIN reservations r ON r.id = p.reservation_id
WHERE p.id = $1 AND r.customer_id = $2
FOR UPDATE OF r, p

-- name: APPROVE
WITH origin AS (SELECT $3::text AS request_id, $4::text AS trace_parent),
touched AS (
    UPDATE reservations r SET status = 'CONFIRMED'
    WHERE r.id = $1 AND r.status = 'PENDING' AND r.expires_at > clock_timestamp()
    RETURNING r.*
),
approved AS (
    UPDATE payments p SET status = 'APPROVED', approved_at = clock_timestamp()
    FROM touched r
    WHERE p.id = $2 AND p.reservation_id = r.id AND p.status = 'PENDING'
    RETURNING p.*
),

film AS (
    SELECT * FROM sessions WHERE id IN (SELECT session_id FROM touched)
),
locked_seats AS (
    SELECT ss.id, ss.reservation_id AS by
    FROM touched r
    JOIN claims ON claims.reservation_id = r.id
    JOIN session_seats ss ON ss.id = claims.session_seat_id
    ORDER BY ss.id
    FOR UPDATE OF ss
),
changed AS (
    UPDATE session_seats ss
    SET status = 'SOLD', held_until = NULL,
        version = ss.version + 1, changed_in = pg_current_xact_id()::text::bigint
    FROM locked_seats l
    WHERE ss.id = l.id AND ss.status = 'HELD' AND ss.reservation_id = $1
    RETURNING ss.*, ss.reservation_id AS by
),

story AS (
    SELECT r.session_id, r.status, jsonb_build_object(
        'reservation_id', r.id, 'session_id', r.session_id,
        'customer_id', r.customer_id, 'status', r.status,
        'amount_minor', r.amount_minor, 'currency', r.currency,
        'created_at', r.created_at, 'expires_at', r.expires_at,
        'position', pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
        'seats', (
            SELECT jsonb_agg(jsonb_build_object(
    'id', c.id, 'row', seat.row_label, 'number', seat.number,
    'status', c.status, 'version', c.version, 'held_until', c.held_until,
    'price_minor', film.price_minor, 'currency', film.currency) ORDER BY c.id)
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
),
payment_told AS (
    
    INSERT INTO outbox (topic, type, session_id, data, awaiting,
                        request_id, trace_parent)
    SELECT 'payments',
           CASE p.status WHEN 'PENDING' THEN 'PaymentOpened'
                         ELSE 'Payment' || initcap(p.status) END,
           r.session_id,
           jsonb_build_object(
    'payment_id', p.id, 'reservation_id', r.id,
    'session_id', r.session_id, 'customer_id', r.customer_id,
    'status', p.status, 'amount_minor', p.amount_minor,
    'currency', p.currency, 'created_at', p.created_at,
    'approved_at', p.approved_at),
           ARRAY['fanout'], origin.request_id, origin.trace_parent
    FROM approved p JOIN reservations r ON r.id = p.reservation_id
    JOIN origin ON TRUE
)
SELECT (SELECT data FROM story) AS confirmed,
       (SELECT jsonb_build_object(
    'payment_id', p.id, 'reservation_id', r.id,
    'session_id', r.session_id, 'customer_id', r.customer_id,
    'status', p.status, 'amount_minor', p.amount_minor,
    'currency', p.currency, 'created_at', p.created_at,
    'approved_at', p.approved_at)
        FROM approved p, touched r) AS approved,
       (SELECT count(*) FROM changed) AS seats,
       (SELECT count(*) FROM claims
        WHERE reservation_id = $1 AND released_at IS NULL) AS claims

-- name: CLOSE_PAYMENTS
WITH origin AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])
        AS event (reservation_id, request_id, trace_parent)
),
closed AS (
    UPDATE payments p SET status = r.status
    FROM reservations r
    WHERE r.id = ANY($1::uuid[]) AND p.reservation_id = r.id
      AND r.status IN ('EXPIRED', 'CANCELLED') AND p.status = 'PENDING'
    RETURNING p.*
)

    INSERT INTO outbox (topic, type, session_id, data, awaiting,
                        request_id, trace_parent)
    SELECT 'payments',
           CASE p.status WHEN 'PENDING' THEN 'PaymentOpened'
                         ELSE 'Payment' || initcap(p.status) END,
           r.session_id,
           jsonb_build_object(
    'payment_id', p.id, 'reservation_id', r.id,
    'session_id', r.session_id, 'customer_id', r.customer_id,
    'status', p.status, 'amount_minor', p.amount_minor,
    'currency', p.currency, 'created_at', p.created_at,
    'approved_at', p.approved_at),
           ARRAY['fanout'], origin.request_id, origin.trace_parent
    FROM closed p JOIN reservations r ON r.id = p.reservation_id
    JOIN origin ON origin.reservation_id = r.id

-- name: ADD_MOVIE
INSERT INTO movies (title, synopsis, duration_minutes, genres, rating)
VALUES ($1, $2, $3, $4, $5)
RETURNING *

-- name: ADD_ROOM
INSERT INTO rooms (name) VALUES ($1) RETURNING *

-- name: ADD_SEATS
INSERT INTO seats (room_id, row_label, number)
SELECT $1, more.row_label, more.last + n
FROM unnest($2::text[], $3::int[], $4::int[]) more (row_label, last, seats),
     generate_series(1, more.seats) n
RETURNING id

-- name: PUT_ON_SALE
WITH origin AS (SELECT $3::text AS request_id, $4::text AS trace_parent),
film AS (
    SELECT * FROM sessions WHERE room_id = $1 AND starts_at > clock_timestamp()
),
changed AS (
    INSERT INTO session_seats (session_id, seat_id, status, version)
    SELECT film.id, chair, 'AVAILABLE', 1 FROM film, unnest($2::uuid[]) chair
    RETURNING *
),

batch AS (
    SELECT c.session_id, jsonb_agg(jsonb_build_object(
    'id', c.id, 'row', seat.row_label, 'number', seat.number,
    'status', c.status, 'version', c.version, 'held_until', c.held_until,
    'price_minor', film.price_minor, 'currency', film.currency) ORDER BY c.id) AS seats
    FROM (SELECT *, row_number() OVER (PARTITION BY session_id ORDER BY id) - 1 AS place
          FROM changed) c
    JOIN seats seat ON seat.id = c.seat_id
    JOIN film ON film.id = c.session_id
    GROUP BY c.session_id, c.place / 500
    ORDER BY c.session_id, c.place / 500
),
told AS (
    INSERT INTO outbox (topic, type, session_id, data, awaiting,
                        request_id, trace_parent)
    SELECT 'reservations', 'SeatsAdded', session_id,
           jsonb_build_object('session_id', session_id, 'seats', seats,
                              'position', pg_snapshot_xmin(pg_current_snapshot())::text::bigint),
           ARRAY['fanout'], origin.request_id, origin.trace_parent
    FROM batch, origin
)
SELECT count(*) FROM changed

-- name: ADD_SESSION
WITH film AS (
    INSERT INTO sessions (movie_id, room_id, starts_at, ends_at, price_minor, currency)
    VALUES ($1, $2, $3, $4, $5, $6)
    RETURNING *
),
on_sale AS (
    INSERT INTO session_seats (session_id, seat_id, status, version)
    SELECT film.id, seat.id, 'AVAILABLE', 1
    FROM film JOIN seats seat ON seat.room_id = film.room_id
)
SELECT * FROM film

-- name: CHANGE_SESSION
UPDATE sessions SET starts_at = $2, ends_at = $3, price_minor = $4, currency = $5
WHERE id = $1
RETURNING *

-- name: REPRICE
WITH origin AS (SELECT $2::text AS request_id, $3::text AS trace_parent),
film AS (
    SELECT * FROM sessions WHERE id = $1
),
free AS (
    SELECT id FROM session_seats WHERE session_id = $1
    ORDER BY id
    FOR UPDATE
),
changed AS (
    UPDATE session_seats ss
    SET version = ss.version + 1, changed_in = pg_current_xact_id()::text::bigint
    FROM free
    WHERE ss.id = free.id AND ss.status = 'AVAILABLE'
    RETURNING ss.*
),

batch AS (
    SELECT c.session_id, jsonb_agg(jsonb_build_object(
    'id', c.id, 'row', seat.row_label, 'number', seat.number,
    'status', c.status, 'version', c.version, 'held_until', c.held_until,
    'price_minor', film.price_minor, 'currency', film.currency) ORDER BY c.id) AS seats
    FROM (SELECT *, row_number() OVER (PARTITION BY session_id ORDER BY id) - 1 AS place
          FROM changed) c
    JOIN seats seat ON seat.id = c.seat_id
    JOIN film ON film.id = c.session_id
    GROUP BY c.session_id, c.place / 500
    ORDER BY c.session_id, c.place / 500
),
told AS (
    INSERT INTO outbox (topic, type, session_id, data, awaiting,
                        request_id, trace_parent)
    SELECT 'reservations', 'SeatsRepriced', session_id,
           jsonb_build_object('session_id', session_id, 'seats', seats,
                              'position', pg_snapshot_xmin(pg_current_snapshot())::text::bigint),
           ARRAY['fanout'], origin.request_id, origin.trace_parent
    FROM batch, origin
)
SELECT (SELECT count(*) FROM changed) = (SELECT count(*) FROM free) AS whole
