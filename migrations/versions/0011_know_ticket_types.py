"""Ticket types, of which one is the default."""

from alembic import op
import sqlalchemy as sa

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ticket_types',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('is_default', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('proof_required', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('quota_percent', sa.Integer(), nullable=True),
    sa.CheckConstraint('quota_percent BETWEEN 0 AND 100', name=op.f('ck_ticket_types_quota_is_a_share')),
    sa.CheckConstraint('NOT (is_default AND quota_percent IS NOT NULL)', name=op.f('ck_ticket_types_default_without_quota')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_types')),
    sa.UniqueConstraint('name', name=op.f('uq_ticket_types_name'))
    )
    op.create_index('uq_ticket_types_one_default', 'ticket_types', ['is_default'], unique=True, postgresql_where=sa.text('is_default'))
    op.execute("INSERT INTO ticket_types (name, is_default) VALUES ('Adult', true)")


def downgrade() -> None:
    op.drop_table('ticket_types')
