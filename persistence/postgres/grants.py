"""Privileges of the programs on tables that another role owns."""

from persistence.postgres.connection import connect

# Rows of these tables are temporary, or may be removed by managers. Foreign keys keep
# each room, session and seat that was ever reserved. All other rows stay for good.
DELETED = (
    *("idempotency_keys", "outbox", "refresh_tokens", "sign_in_networks"),
    *("account_tokens", "address_changes", "identities", "notices", "ticket_offers"),
    *("memberships", "provider_events", "seat_blocks"),
    *("card_prices", "session_prices", "ticket_quotas"),
    *("rooms", "seats", "session_moves", "session_seats", "sessions"),
)
STATEMENTS = f"""
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {{role}};
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {{role}};
GRANT DELETE ON {", ".join(DELETED)} TO {{role}};
REVOKE INSERT, UPDATE ON alembic_version FROM {{role}};
"""


async def grant(owner_url: str, role: str) -> None:
    """In one transaction: running programs never lack a privilege."""
    db = await connect(owner_url)
    try:
        quoted = await db.fetchval("SELECT quote_ident($1)", role)
        await db.execute(STATEMENTS.format(role=quoted))
    finally:
        await db.close()
