"""Languages of people, tokens of mails, and the events that were sent as mails."""

from alembic import op
import sqlalchemy as sa

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # "If not exists": an interrupted migration runs again.
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE accounts ADD COLUMN IF NOT EXISTS locale text NOT NULL DEFAULT 'en'")
        op.create_table('account_tokens',
        sa.Column('event_id', sa.Uuid(), nullable=False),
        sa.Column('token_hash', sa.LargeBinary(), nullable=False),
        sa.Column('account_id', sa.Uuid(), nullable=False),
        sa.Column('purpose', sa.Text(), nullable=False),
        sa.Column('email', sa.Text(), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("purpose IN ('VERIFY_EMAIL', 'RESET_PASSWORD')", name=op.f('ck_account_tokens_purpose_known')),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_account_tokens_account_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('event_id', name=op.f('pk_account_tokens')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_account_tokens_token_hash')),
        if_not_exists=True
        )
        op.create_index(op.f('ix_account_tokens_account_id'), 'account_tokens', ['account_id'], if_not_exists=True)
        op.create_index(op.f('ix_account_tokens_expires_at'), 'account_tokens', ['expires_at'], if_not_exists=True)
        op.create_table('notices',
        sa.Column('event_id', sa.Uuid(), nullable=False),
        sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=False),
        sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
        sa.PrimaryKeyConstraint('event_id', name=op.f('pk_notices')),
        if_not_exists=True
        )
        op.create_index(op.f('ix_notices_created_at'), 'notices', ['created_at'], if_not_exists=True)


def downgrade() -> None:
    op.drop_table('notices')
    op.drop_table('account_tokens')
    op.drop_column('accounts', 'locale')
