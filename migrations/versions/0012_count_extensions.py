"""How often a hold was extended."""

from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        'ALTER TABLE reservations ADD COLUMN extensions integer NOT NULL DEFAULT 0'
        ' CONSTRAINT ck_reservations_extensions_not_negative CHECK (extensions >= 0)'
    )


def downgrade() -> None:
    op.drop_column('reservations', 'extensions')
