"""Find accounts by the key of their address."""

from alembic import op
import sqlalchemy as sa

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Filled by persistence/revisions/: yesterday's programs add accounts without it.
    op.add_column('accounts', sa.Column('email_key', sa.Text(collation='C'), nullable=True))
    with op.get_context().autocommit_block():
        op.create_index('ix_accounts_email_key', 'accounts', ['email_key'], unique=True, postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_index('ix_accounts_email_key', table_name='accounts')
    op.drop_column('accounts', 'email_key')
