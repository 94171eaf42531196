"""The statements that change ticket types, by the rules of catalog_sql."""

FACTS = "name, is_default, proof_required, description, quota_percent"
TICKET_TYPE = f"id, {FACTS}"

# Names and the default are questions about all types, so two calls at once queue here.
# Reading goes on.
LOCK_TICKET_TYPES = "LOCK TABLE ticket_types IN SHARE ROW EXCLUSIVE MODE"
TICKET_TYPES = f"SELECT {TICKET_TYPE} FROM ticket_types"
# A statement of its own, before there is another default type.
NO_DEFAULT = "UPDATE ticket_types SET is_default = false WHERE is_default"
ADD_TICKET_TYPE = f"""
INSERT INTO ticket_types ({FACTS}) VALUES ($1, $2, $3, $4, $5) RETURNING {TICKET_TYPE}
"""
CHANGE_TICKET_TYPE = f"""
UPDATE ticket_types SET ({FACTS}) = ROW($1, $2, $3, $4, $5)
WHERE id = $6
RETURNING {TICKET_TYPE}
"""
