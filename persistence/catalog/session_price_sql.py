"""Statements that give a session its prices and quotas, by the rules of catalog_sql.

Every session with prices has one for the default type in each zone of its seats, since
seats without a chosen type are of the default type.
"""

LOCK_CARD = """
SELECT card.cinema_id, cinema.currency
FROM price_cards card JOIN cinemas cinema ON cinema.id = card.cinema_id
WHERE card.id = $1
FOR SHARE OF card
"""
# So no other type becomes the default type meanwhile. A lock of its row would find none
# after it has waited for a change: the statement does not see the new default type.
LOCK_DEFAULT_TYPE = "LOCK TABLE ticket_types IN ROW EXCLUSIVE MODE"
DEFAULT_TYPE = "(SELECT id FROM ticket_types WHERE is_default)"
# Zones in which the default type has no price: of those of some seats, and the default
# zone of the cinema.
MISSING_IN = """
SELECT zone.name AS zone, type.name AS type
FROM price_zones zone JOIN ticket_types type ON type.is_default
WHERE (zone.is_default AND zone.cinema_id = {cinema}
       OR zone.id IN (SELECT zone_id FROM {seats}))
    AND (zone.id, type.id) NOT IN ({prices})
ORDER BY NOT zone.is_default, zone.name
"""
MISSING = MISSING_IN.format(
    cinema="$3",
    seats="seats WHERE room_id = $2",
    prices="SELECT zone_id, ticket_type_id FROM card_prices WHERE card_id = $1",
)
DEFAULT_PRICE_IN = f"""
SELECT price.amount_minor
FROM {{prices}} price JOIN price_zones zone ON zone.id = price.zone_id
WHERE price.{{owner}} = $1 AND zone.cinema_id = $2 AND zone.is_default
    AND price.ticket_type_id = {DEFAULT_TYPE}
"""
DEFAULT_PRICE = DEFAULT_PRICE_IN.format(prices="card_prices", owner="card_id")
COPY_PRICES = """
INSERT INTO session_prices (session_id, zone_id, ticket_type_id, amount_minor)
SELECT $1, zone_id, ticket_type_id, amount_minor FROM card_prices WHERE card_id = $2
"""
# Of all seats, however many of them are on sale.
LIMIT = """(SELECT count(*) FROM session_seats seat
    WHERE seat.session_id = {session} AND seat.zone_id IS NOT NULL)
    * type.quota_percent / 100"""
# A type gets its quota before the first ticket of it, so that all are counted.
ADD_QUOTAS = f"""
INSERT INTO ticket_quotas (session_id, ticket_type_id, seats_limit)
SELECT $1, type.id, {LIMIT.format(session="$1")} FROM ticket_types type
WHERE type.quota_percent IS NOT NULL AND type.id IN (
    SELECT ticket_type_id FROM session_prices WHERE session_id = $1)
AND type.id NOT IN (
    SELECT claims.ticket_type_id
    FROM session_seats seat JOIN claims ON claims.session_seat_id = seat.id
    WHERE seat.session_id = $1 AND claims.ticket_type_id IS NOT NULL)
ON CONFLICT DO NOTHING
"""
CINEMA_OF_SESSION = """
SELECT cinema_id FROM rooms WHERE id = (SELECT room_id FROM sessions WHERE id = $1)
"""
MISSING_NOW = MISSING_IN.format(
    cinema="$1",
    seats="session_seats WHERE session_id = $2",
    prices="SELECT * FROM unnest($3::uuid[], $4::uuid[])",
)
PRICES = """
SELECT zone_id, ticket_type_id, amount_minor FROM session_prices WHERE session_id = $1
"""
SAVE_PRICES = """
INSERT INTO session_prices (session_id, zone_id, ticket_type_id, amount_minor)
SELECT $1, p.zone_id, p.type_id, p.amount
FROM unnest($2::uuid[], $3::uuid[], $4::int[]) AS p (zone_id, type_id, amount)
ON CONFLICT (session_id, zone_id, ticket_type_id)
DO UPDATE SET amount_minor = excluded.amount_minor
WHERE session_prices.amount_minor <> excluded.amount_minor
"""
REMOVE_PRICES = """
DELETE FROM session_prices WHERE session_id = $1
AND (zone_id, ticket_type_id) NOT IN (SELECT * FROM unnest($2::uuid[], $3::uuid[]))
"""
DEFAULT_PRICE_NOW = DEFAULT_PRICE_IN.format(prices="session_prices", owner="session_id")
# Sessions to come for which the seats will be put on sale.
ZONES_WITHOUT_PRICE = f"""
SELECT DISTINCT zone.name AS zone
FROM seats seat JOIN price_zones zone ON zone.id = seat.zone_id
JOIN sessions s ON s.room_id = seat.room_id AND s.starts_at > clock_timestamp()
WHERE seat.id = ANY($1)
    AND EXISTS (SELECT FROM session_prices price WHERE price.session_id = s.id)
    AND NOT EXISTS (SELECT FROM session_prices price
        WHERE price.session_id = s.id AND price.zone_id = seat.zone_id
            AND price.ticket_type_id = {DEFAULT_TYPE})
ORDER BY zone.name
"""
GROW_QUOTAS = f"""
WITH locked AS (
    SELECT q.* FROM ticket_quotas q JOIN sessions s ON s.id = q.session_id
    WHERE s.room_id = $1 AND s.starts_at > clock_timestamp()
    ORDER BY q.session_id, q.ticket_type_id
    FOR UPDATE OF q
)
UPDATE ticket_quotas q
SET seats_limit = greatest(locked.seats_taken, {LIMIT.format(session="q.session_id")})
FROM locked JOIN ticket_types type ON type.id = locked.ticket_type_id
WHERE q.session_id = locked.session_id AND q.ticket_type_id = locked.ticket_type_id
    AND type.quota_percent IS NOT NULL
"""
HAS_PRICES = "SELECT EXISTS (SELECT FROM session_prices WHERE session_id = $1)"
# Sales may go on after the start, but never after the end.
SESSIONS_WITH_PRICES = """
SELECT EXISTS (SELECT FROM session_prices price
    JOIN sessions s ON s.id = price.session_id
    WHERE s.ends_at > clock_timestamp())
"""
# Claims of older programs have no type. They stay of the type that was the default one.
KEEP_TYPE_OF_OLD_CLAIMS = """
UPDATE claims SET ticket_type_id = $1 WHERE ticket_type_id IS NULL
"""
