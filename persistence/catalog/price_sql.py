"""The statements that change types, cards and prices, by the rules of catalog_sql.

Prices come as three arrays: zones, types of tickets, and amounts.
"""

FACTS = "name, is_default, proof_required, description, quota_percent"
TICKET_TYPE = f"id, {FACTS}"

# Names and the default are questions about all types, so two calls at once queue here.
# Reading goes on.
LOCK_TICKET_TYPES = "LOCK TABLE ticket_types IN SHARE ROW EXCLUSIVE MODE"
TICKET_TYPES = f"SELECT {TICKET_TYPE} FROM ticket_types"
# A statement of its own, before there is another default type.
NO_DEFAULT = """
UPDATE ticket_types SET is_default = false WHERE is_default RETURNING id
"""
ADD_TICKET_TYPE = f"""
INSERT INTO ticket_types ({FACTS}) VALUES ($1, $2, $3, $4, $5) RETURNING {TICKET_TYPE}
"""
CHANGE_TICKET_TYPE = f"""
UPDATE ticket_types SET ({FACTS}) = ROW($1, $2, $3, $4, $5)
WHERE id = $6
RETURNING {TICKET_TYPE}
"""

PRICES = "unnest($2::uuid[], $3::uuid[], $4::int[]) AS p (zone_id, type_id, amount)"

# Its cards are saved one after the other: their names differ.
LOCK_CINEMA = "SELECT currency FROM cinemas WHERE id = $1 FOR NO KEY UPDATE"
CARDS = "SELECT id, name, version FROM price_cards WHERE cinema_id = $1"
# Numbers, from 1, of prices for what the cinema does not have.
UNKNOWN_ZONES = """
SELECT number FROM unnest($2::uuid[]) WITH ORDINALITY AS entered (id, number)
WHERE id NOT IN (SELECT id FROM price_zones WHERE cinema_id = $1)
"""
UNKNOWN_TYPES = """
SELECT number FROM unnest($1::uuid[]) WITH ORDINALITY AS entered (id, number)
WHERE id NOT IN (SELECT id FROM ticket_types)
"""
ADD_CARD = "INSERT INTO price_cards (cinema_id, name) VALUES ($1, $2) RETURNING id"
CHANGE_CARD = """
UPDATE price_cards SET name = $2, version = version + 1 WHERE id = $1
"""
CARD_PRICES = """
SELECT zone_id, ticket_type_id, amount_minor FROM card_prices WHERE card_id = $1
"""
CLEAR_CARD = "DELETE FROM card_prices WHERE card_id = $1"
FILL_CARD = f"""
INSERT INTO card_prices (card_id, zone_id, ticket_type_id, amount_minor)
SELECT $1, p.zone_id, p.type_id, p.amount FROM {PRICES}
"""
