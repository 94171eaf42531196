"""Identities of accounts, one session in a room at a time, origins of events."""

from alembic import op
import sqlalchemy as sa

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('accounts', sa.Column('email_verified_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table('identities',
    sa.Column('issuer', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_identities_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('issuer', 'subject', name=op.f('pk_identities'))
    )
    op.create_index(op.f('ix_identities_account_id'), 'identities', ['account_id'], unique=False)
    op.add_column('outbox', sa.Column('request_id', sa.Text(), nullable=True))
    op.add_column('outbox', sa.Column('trace_parent', sa.Text(), nullable=True))
    op.execute('CREATE TYPE room_moment AS (room_id uuid, at timestamptz)')
    op.execute('CREATE TYPE room_period AS RANGE (subtype = room_moment)')
    op.execute(
        'ALTER TABLE sessions ADD CONSTRAINT ex_sessions_one_in_a_room EXCLUDE USING gist'
        ' (room_period(ROW(room_id, starts_at)::room_moment,'
        ' ROW(room_id, ends_at)::room_moment) WITH &&)'
    )


def downgrade() -> None:
    op.execute('ALTER TABLE sessions DROP CONSTRAINT ex_sessions_one_in_a_room')
    op.execute('DROP TYPE room_period')
    op.execute('DROP TYPE room_moment')
    op.drop_column('outbox', 'trace_parent')
    op.drop_column('outbox', 'request_id')
    op.drop_index(op.f('ix_identities_account_id'), table_name='identities')
    op.drop_table('identities')
    op.drop_column('accounts', 'email_verified_at')
