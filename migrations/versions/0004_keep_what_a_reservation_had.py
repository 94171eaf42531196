"""The price of each seat of a reservation, and the version at which it was given back."""

from alembic import op
import sqlalchemy as sa

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('claims', sa.Column('price_minor', sa.Integer(), nullable=True))
    op.add_column('claims', sa.Column('released_version', sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column('claims', 'released_version')
    op.drop_column('claims', 'price_minor')
