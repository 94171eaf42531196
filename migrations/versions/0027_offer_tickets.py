"""Tickets that are offered to other people."""

from alembic import op
import sqlalchemy as sa

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # "If not exists": an interrupted migration runs again.
    with op.get_context().autocommit_block():
        op.create_table('ticket_offers',
        sa.Column('ticket_id', sa.Uuid(), nullable=False),
        sa.Column('token_hash', sa.LargeBinary(), nullable=False),
        sa.Column('generation', sa.Integer(), nullable=False),
        sa.Column('offered_by', sa.Uuid(), nullable=False),
        sa.Column('accepted_by', sa.Uuid(), nullable=True),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['offered_by'], ['accounts.id'], name=op.f('fk_ticket_offers_offered_by')),
        sa.PrimaryKeyConstraint('ticket_id', name=op.f('pk_ticket_offers')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_ticket_offers_token_hash')),
        if_not_exists=True
        )
        op.create_index(op.f('ix_ticket_offers_offered_by'), 'ticket_offers', ['offered_by'], if_not_exists=True)
        op.create_index(op.f('ix_ticket_offers_expires_at'), 'ticket_offers', ['expires_at'], if_not_exists=True)


def downgrade() -> None:
    op.drop_table('ticket_offers')
