"""Tickets that cost nothing can be given back, too."""

from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The table is new: nothing is in it yet.
    op.execute('ALTER TABLE refunds DROP CONSTRAINT IF EXISTS ck_refunds_amount_positive,'
               ' DROP CONSTRAINT IF EXISTS ck_refunds_amount_not_negative,'
               ' ADD CONSTRAINT ck_refunds_amount_not_negative CHECK (amount_minor >= 0)')


def downgrade() -> None:
    op.execute('UPDATE claims SET refund_id = NULL'
               ' WHERE refund_id IN (SELECT id FROM refunds WHERE amount_minor = 0)')
    op.execute('DELETE FROM refunds WHERE amount_minor = 0')
    op.execute('ALTER TABLE refunds DROP CONSTRAINT ck_refunds_amount_not_negative,'
               ' ADD CONSTRAINT ck_refunds_amount_positive CHECK (amount_minor > 0)')
