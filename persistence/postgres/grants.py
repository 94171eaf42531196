"""What the programs may do with the tables, which they do not own."""

from persistence.postgres.connection import connect

# Of what comes and goes. Whatever else is in the tables is there for good.
DELETED = ("idempotency_keys", "outbox", "refresh_tokens")
STATEMENTS = f"""
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {{role}};
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {{role}};
GRANT DELETE ON {", ".join(DELETED)} TO {{role}};
REVOKE INSERT, UPDATE ON alembic_version FROM {{role}};
"""


async def grant(owner_url: str, role: str) -> None:
    """All at once; those who work meanwhile notice nothing."""
    db = await connect(owner_url)
    try:
        quoted = await db.fetchval("SELECT quote_ident($1)", role)
        await db.execute(STATEMENTS.format(role=quoted))
    finally:
        await db.close()
