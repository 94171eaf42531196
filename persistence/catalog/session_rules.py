"""What managers may change of a session at any time. `version` is that afterwards."""

from datetime import datetime

from domain.session_changes import check_sales_end
from domain.sessions import OrphanRule, Session
from persistence.catalog import catalog_sql as sql
from persistence.catalog_rows import session_of
from persistence.postgres.pool import Connection


async def with_rule(
    db: Connection, session: Session, rule: OrphanRule | None, version: int
) -> Session:
    """None: the rule stays."""
    if rule is None:
        return session
    row = await db.fetchrow(sql.SET_ORPHAN_RULE, session.id, rule, version)
    return session_of(row) if row else session


async def with_sales_end(
    db: Connection, session: Session, sales_end_at: datetime | None, version: int
) -> Session:
    """None: it stays. Raises InvalidInputError."""
    if sales_end_at is None:
        return session
    check_sales_end(sales_end_at, session.ends_at)
    row = await db.fetchrow(sql.SET_SALES_END, session.id, sales_end_at, version)
    return session_of(row) if row else session
