"""Keys of addresses, networks of accounts, successors of refresh tokens."""

from alembic import op
import sqlalchemy as sa

from persistence.postgres.indexes import drop_invalid_indexes

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # One table at a time. "If not exists": an interrupted migration runs again.
    with op.get_context().autocommit_block():
        # Filled by persistence/revisions/: programs of 0.1.0 add accounts without it.
        op.add_column('accounts', sa.Column('email_key', sa.Text(collation='C'), nullable=True), if_not_exists=True)
        drop_invalid_indexes('ix_accounts_email_key', 'ix_refresh_tokens_with_successor')
        op.create_index('ix_accounts_email_key', 'accounts', ['email_key'], unique=True, postgresql_concurrently=True, if_not_exists=True)
        op.add_column('refresh_tokens', sa.Column('successor', sa.LargeBinary(), nullable=True), if_not_exists=True)
        op.create_index('ix_refresh_tokens_with_successor', 'refresh_tokens', ['used_at'], unique=False, postgresql_where=sa.text('successor IS NOT NULL'), postgresql_concurrently=True, if_not_exists=True)
        op.create_table('sign_in_networks',
        sa.Column('account_id', sa.Uuid(), nullable=False),
        sa.Column('network_hash', sa.LargeBinary(), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_sign_in_networks_account_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('account_id', 'network_hash', name=op.f('pk_sign_in_networks')),
        if_not_exists=True
        )
        op.create_index(op.f('ix_sign_in_networks_seen_at'), 'sign_in_networks', ['seen_at'], unique=False, if_not_exists=True)


def downgrade() -> None:
    op.drop_index(op.f('ix_sign_in_networks_seen_at'), table_name='sign_in_networks')
    op.drop_table('sign_in_networks')
    op.drop_index('ix_refresh_tokens_with_successor', table_name='refresh_tokens')
    op.drop_column('refresh_tokens', 'successor')
    op.drop_index('ix_accounts_email_key', table_name='accounts')
    op.drop_column('accounts', 'email_key')
