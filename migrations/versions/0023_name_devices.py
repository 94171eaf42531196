"""The device of each sign-in."""

from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('ALTER TABLE refresh_tokens ADD COLUMN IF NOT EXISTS device_name text,'
               ' ADD COLUMN IF NOT EXISTS signed_in_at timestamptz')


def downgrade() -> None:
    op.drop_column('refresh_tokens', 'signed_in_at')
    op.drop_column('refresh_tokens', 'device_name')
