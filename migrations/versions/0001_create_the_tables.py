"""Create the tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('accounts',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.CheckConstraint("role IN ('CUSTOMER', 'MANAGER')", name=op.f('ck_accounts_role_known')),
    sa.CheckConstraint('email = lower(email)', name=op.f('ck_accounts_email_lower')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
    sa.UniqueConstraint('email', name=op.f('uq_accounts_email'))
    )
    op.create_table('movies',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('synopsis', sa.Text(), nullable=False),
    sa.Column('duration_minutes', sa.Integer(), nullable=False),
    sa.Column('genres', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('rating', sa.Text(), nullable=True),
    sa.CheckConstraint('duration_minutes > 0', name=op.f('ck_movies_duration_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_movies'))
    )
    op.create_index('ix_movies_by_title', 'movies', ['title', 'id'], unique=False)
    op.create_table('outbox',
    sa.Column('position', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('topic', sa.Text(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('awaiting', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('sends', sa.Integer(), server_default='0', nullable=False),
    sa.Column('send_after', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('position', name=op.f('pk_outbox')),
    sa.UniqueConstraint('id', name=op.f('uq_outbox_id'))
    )
    op.create_index('ix_outbox_resend', 'outbox', ['send_after'], unique=False, postgresql_where=sa.text('sends > 0'))
    op.create_index('ix_outbox_unsent', 'outbox', ['position'], unique=False, postgresql_where=sa.text('sends = 0'))
    op.create_table('relay_lease',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('holder', sa.Uuid(), nullable=False),
    sa.Column('held_until', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_relay_lease_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_relay_lease'))
    )
    op.create_table('rooms',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rooms'))
    )
    op.create_index('ix_rooms_by_name', 'rooms', ['name', 'id'], unique=False)
    op.create_table('idempotency_keys',
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('operation', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('input_hash', sa.LargeBinary(), nullable=False),
    sa.Column('result_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_idempotency_keys_account_id')),
    sa.PrimaryKeyConstraint('account_id', 'operation', 'key', name=op.f('pk_idempotency_keys'))
    )
    op.create_table('refresh_tokens',
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('family_id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_refresh_tokens_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_refresh_tokens'))
    )
    op.create_index(op.f('ix_refresh_tokens_account_id'), 'refresh_tokens', ['account_id'], unique=False)
    op.create_index(op.f('ix_refresh_tokens_family_id'), 'refresh_tokens', ['family_id'], unique=False)
    op.create_table('seats',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('room_id', sa.Uuid(), nullable=False),
    sa.Column('row_label', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.CheckConstraint('number > 0', name=op.f('ck_seats_number_positive')),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_seats_room_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seats')),
    sa.UniqueConstraint('room_id', 'row_label', 'number', name=op.f('uq_seats_room_id_row_label_number'))
    )
    op.create_table('sessions',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('movie_id', sa.Uuid(), nullable=False),
    sa.Column('room_id', sa.Uuid(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('price_minor', sa.Integer(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f('ck_sessions_currency_iso_4217')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_sessions_ends_after_start')),
    sa.CheckConstraint('price_minor >= 0', name=op.f('ck_sessions_price_not_negative')),
    sa.ForeignKeyConstraint(['movie_id'], ['movies.id'], name=op.f('fk_sessions_movie_id')),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_sessions_room_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sessions'))
    )
    op.create_index('ix_sessions_by_start', 'sessions', ['starts_at', 'id'], unique=False)
    op.create_index(op.f('ix_sessions_movie_id'), 'sessions', ['movie_id'], unique=False)
    op.create_index(op.f('ix_sessions_room_id'), 'sessions', ['room_id'], unique=False)
    op.create_table('reservations',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('customer_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("status IN ('PENDING', 'CONFIRMED', 'CANCELLED', 'EXPIRED')", name=op.f('ck_reservations_status_known')),
    sa.CheckConstraint('amount_minor >= 0', name=op.f('ck_reservations_amount_not_negative')),
    sa.CheckConstraint('expires_at > created_at', name=op.f('ck_reservations_expires_later')),
    sa.ForeignKeyConstraint(['customer_id'], ['accounts.id'], name=op.f('fk_reservations_customer_id')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_reservations_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reservations'))
    )
    op.create_index('ix_reservations_due', 'reservations', ['expires_at'], unique=False, postgresql_where=sa.text("status = 'PENDING'"))
    op.create_index('ix_reservations_of_customer', 'reservations', ['customer_id', 'created_at', 'id'], unique=False)
    op.create_index(op.f('ix_reservations_session_id'), 'reservations', ['session_id'], unique=False)
    op.create_table('payments',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('reservation_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'APPROVED') = (approved_at IS NOT NULL)", name=op.f('ck_payments_approved_when')),
    sa.CheckConstraint("status IN ('PENDING', 'APPROVED', 'EXPIRED', 'CANCELLED')", name=op.f('ck_payments_status_known')),
    sa.CheckConstraint('amount_minor >= 0', name=op.f('ck_payments_amount_not_negative')),
    sa.ForeignKeyConstraint(['reservation_id'], ['reservations.id'], name=op.f('fk_payments_reservation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payments')),
    sa.UniqueConstraint('reservation_id', name=op.f('uq_payments_reservation_id'))
    )
    op.create_table('session_seats',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('seat_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('reservation_id', sa.Uuid(), nullable=True),
    sa.Column('held_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('changed_in', sa.BigInteger(), server_default=sa.text('pg_current_xact_id()::text::bigint'), nullable=False),
    sa.CheckConstraint("(status = 'AVAILABLE') = (reservation_id IS NULL)", name=op.f('ck_session_seats_taken_by_one')),
    sa.CheckConstraint("(status = 'HELD') = (held_until IS NOT NULL)", name=op.f('ck_session_seats_held_has_an_end')),
    sa.CheckConstraint("status IN ('AVAILABLE', 'HELD', 'SOLD')", name=op.f('ck_session_seats_status_known')),
    sa.CheckConstraint('version > 0', name=op.f('ck_session_seats_version_positive')),
    sa.ForeignKeyConstraint(['reservation_id'], ['reservations.id'], name=op.f('fk_session_seats_reservation_id')),
    sa.ForeignKeyConstraint(['seat_id'], ['seats.id'], name=op.f('fk_session_seats_seat_id')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_session_seats_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session_seats')),
    sa.UniqueConstraint('session_id', 'seat_id', name=op.f('uq_session_seats_session_id_seat_id'))
    )
    op.create_table('claims',
    sa.Column('reservation_id', sa.Uuid(), nullable=False),
    sa.Column('session_seat_id', sa.Uuid(), nullable=False),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['reservation_id'], ['reservations.id'], name=op.f('fk_claims_reservation_id')),
    sa.ForeignKeyConstraint(['session_seat_id'], ['session_seats.id'], name=op.f('fk_claims_session_seat_id')),
    sa.PrimaryKeyConstraint('reservation_id', 'session_seat_id', name=op.f('pk_claims'))
    )
    op.create_index('uq_claims_one_open', 'claims', ['session_seat_id'], unique=True, postgresql_where=sa.text('released_at IS NULL'))
    # Room on each page for the next version of a row: seats change in place.
    op.execute('ALTER TABLE session_seats SET (fillfactor = 70)')


def downgrade() -> None:
    op.drop_index('uq_claims_one_open', table_name='claims', postgresql_where=sa.text('released_at IS NULL'))
    op.drop_table('claims')
    op.drop_table('session_seats')
    op.drop_table('payments')
    op.drop_index(op.f('ix_reservations_session_id'), table_name='reservations')
    op.drop_index('ix_reservations_of_customer', table_name='reservations')
    op.drop_index('ix_reservations_due', table_name='reservations', postgresql_where=sa.text("status = 'PENDING'"))
    op.drop_table('reservations')
    op.drop_index(op.f('ix_sessions_room_id'), table_name='sessions')
    op.drop_index(op.f('ix_sessions_movie_id'), table_name='sessions')
    op.drop_index('ix_sessions_by_start', table_name='sessions')
    op.drop_table('sessions')
    op.drop_table('seats')
    op.drop_index(op.f('ix_refresh_tokens_family_id'), table_name='refresh_tokens')
    op.drop_index(op.f('ix_refresh_tokens_account_id'), table_name='refresh_tokens')
    op.drop_table('refresh_tokens')
    op.drop_table('idempotency_keys')
    op.drop_index('ix_rooms_by_name', table_name='rooms')
    op.drop_table('rooms')
    op.drop_table('relay_lease')
    op.drop_index('ix_outbox_unsent', table_name='outbox', postgresql_where=sa.text('sends = 0'))
    op.drop_index('ix_outbox_resend', table_name='outbox', postgresql_where=sa.text('sends > 0'))
    op.drop_table('outbox')
    op.drop_index('ix_movies_by_title', table_name='movies')
    op.drop_table('movies')
    op.drop_table('accounts')
