"""A mail waits in a queue of its own, and not in the outbox."""

from alembic import op
import sqlalchemy as sa

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

COLUMNS = (
    ('type', 'text'),
    ('data', 'jsonb'),
    ('caused_at', 'timestamptz'),
    ('request_id', 'text'),
    ('due_at', 'timestamptz'),
    ('tries', 'integer NOT NULL DEFAULT 0'),
    ('result', 'text'),
    ('error', 'text'),
)
CHECKS = (
    ('result_known', "result IN ('sent', 'refused', 'unsent', 'failed')"),
    ('over_is_not_due', 'due_at IS NULL OR result IS NULL'),
)


def upgrade() -> None:
    # No release has used the table. An event that was claimed and not sent is still in the outbox, and comes again.
    op.execute('DELETE FROM notices WHERE sent_at IS NULL')
    op.execute('ALTER TABLE notices DROP COLUMN claimed_until')
    for column, kind in COLUMNS:
        op.execute(f'ALTER TABLE notices ADD COLUMN {column} {kind}')
    op.execute("UPDATE notices SET result = 'sent'")
    for name, condition in CHECKS:
        op.execute(f'ALTER TABLE notices ADD CONSTRAINT ck_notices_{name} CHECK ({condition})')
    op.create_index('ix_notices_due', 'notices', ['due_at'], postgresql_where='due_at IS NOT NULL')
    op.create_index('ix_notices_announced', 'notices', [sa.text("(data ->> 'account_id')")],
                    postgresql_where="result IS NULL AND type = 'EmailChangeAnnounced'")


def downgrade() -> None:
    op.execute('DELETE FROM notices WHERE sent_at IS NULL')
    op.execute("ALTER TABLE notices ADD COLUMN claimed_until timestamptz NOT NULL DEFAULT '-infinity'")
    op.execute('ALTER TABLE notices ALTER COLUMN claimed_until DROP DEFAULT')
    for column, _ in COLUMNS:
        op.drop_column('notices', column)
