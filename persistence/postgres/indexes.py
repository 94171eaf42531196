"""Indexes that a migration creates while programs run."""

import sqlalchemy as sa
from alembic import op

IS_INVALID = sa.text(
    "SELECT EXISTS (SELECT FROM pg_index"
    " WHERE indexrelid = to_regclass(:name) AND NOT indisvalid)"
)


def drop_invalid_indexes(*names: str) -> None:
    """In an autocommit block, before indexes of these names are created.

    CREATE INDEX CONCURRENTLY that was interrupted leaves an invalid index, which
    answers no query, and IF NOT EXISTS would keep it.
    """
    for name in names:
        if op.get_bind().scalar(IS_INVALID, {"name": name}):
            op.drop_index(name, postgresql_concurrently=True)
