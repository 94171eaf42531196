"""Which sessions have moved, for watchers that come back."""

from alembic import op
import sqlalchemy as sa

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('session_moves',
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('changed_in', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_session_moves_session_id')),
    sa.PrimaryKeyConstraint('session_id', name=op.f('pk_session_moves'))
    )


def downgrade() -> None:
    op.drop_table('session_moves')
