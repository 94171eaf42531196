"""Changes of addresses, and erased accounts."""

from alembic import op
import sqlalchemy as sa

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # "If not exists": an interrupted migration runs again.
    with op.get_context().autocommit_block():
        op.execute('ALTER TABLE accounts ADD COLUMN IF NOT EXISTS erased_at timestamptz')
        op.create_table('address_changes',
        sa.Column('account_id', sa.Uuid(), nullable=False),
        sa.Column('old_email', sa.Text(), nullable=False),
        sa.Column('new_email', sa.Text(), nullable=False),
        sa.Column('new_email_key', sa.Text(collation='C'), nullable=True),
        sa.Column('requested_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_address_changes_account_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('account_id', name=op.f('pk_address_changes')),
        if_not_exists=True
        )


def downgrade() -> None:
    op.drop_table('address_changes')
    op.drop_column('accounts', 'erased_at')
