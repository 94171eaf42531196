"""How often a hold was extended."""

from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # "If not exists": an interrupted migration runs again.
    with op.get_context().autocommit_block():
        # NOT VALID: the table is locked for a moment only. The rows are checked afterwards.
        op.execute(
            'ALTER TABLE reservations ADD COLUMN IF NOT EXISTS extensions integer NOT NULL DEFAULT 0,'
            ' DROP CONSTRAINT IF EXISTS ck_reservations_extensions_not_negative,'
            ' ADD CONSTRAINT ck_reservations_extensions_not_negative CHECK (extensions >= 0) NOT VALID'
        )
        op.execute('ALTER TABLE reservations VALIDATE CONSTRAINT ck_reservations_extensions_not_negative')


def downgrade() -> None:
    op.drop_column('reservations', 'extensions')
