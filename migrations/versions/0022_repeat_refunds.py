"""A refund that was refused is sent again as another one. It may be decided before the capture."""

from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # NULL in all rows: the table is locked for a moment only.
    op.execute('ALTER TABLE refunds ADD COLUMN IF NOT EXISTS repeated_as uuid')
    op.execute('ALTER TABLE refunds DROP CONSTRAINT IF EXISTS fk_refunds_repeated_as,'
               ' ADD CONSTRAINT fk_refunds_repeated_as FOREIGN KEY (repeated_as) REFERENCES refunds (id)')
    # No row has another sum yet: nothing gave money back before.
    op.execute('ALTER TABLE payment_attempts'
               ' DROP CONSTRAINT IF EXISTS ck_payment_attempts_refunded_within_captured,'
               ' DROP CONSTRAINT IF EXISTS ck_payment_attempts_refunded_within_amount,'
               ' ADD CONSTRAINT ck_payment_attempts_refunded_within_amount'
               ' CHECK (refunded_minor BETWEEN 0 AND greatest(amount_minor, captured_minor))')


def downgrade() -> None:
    op.drop_column('refunds', 'repeated_as')
    op.execute('ALTER TABLE payment_attempts DROP CONSTRAINT ck_payment_attempts_refunded_within_amount,'
               ' ADD CONSTRAINT ck_payment_attempts_refunded_within_captured'
               ' CHECK (refunded_minor BETWEEN 0 AND captured_minor) NOT VALID')
