"""Whether a hold of a session may leave a seat alone."""

from alembic import op
import sqlalchemy as sa

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('sessions', sa.Column('orphan_rule', sa.Text(), server_default='OFF', nullable=False))
    op.create_check_constraint(op.f('ck_sessions_orphan_rule_known'), 'sessions', "orphan_rule IN ('OFF', 'WARN', 'REFUSE')")


def downgrade() -> None:
    op.drop_column('sessions', 'orphan_rule')
