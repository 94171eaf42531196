"""Attempts to pay through a provider, calls to it, its events, refunds; cancelled sessions."""

from alembic import op
import sqlalchemy as sa

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

# NOT VALID: the table is locked for a moment only. The rows are checked afterwards.
CHECKS = {
    'payments': {
        'ck_payments_outcome_known': "outcome IN ('SOLD', 'RESEATED', 'REFUNDED', 'RELEASED')",
        'ck_payments_refunded_within_amount': 'refunded_minor BETWEEN 0 AND amount_minor',
    },
    'sessions': {
        'ck_sessions_cancelled_is_closed': 'cancelled_at IS NULL OR sales_end_at <= cancelled_at',
    },
}
# Each is added alone: a transaction that locks two tables of running programs deadlocks with them.
KEYS = (
    ('payment_attempts', 'payment_id', 'payments'),
    ('payment_attempts', 'reservation_id', 'reservations'),
    ('refunds', 'payment_id', 'payments'),
    ('refunds', 'attempt_id', 'payment_attempts'),
    ('refunds', 'requested_by', 'accounts'),
    ('payment_effects', 'attempt_id', 'payment_attempts'),
    ('payment_effects', 'refund_id', 'refunds'),
    ('provider_events', 'attempt_id', 'payment_attempts'),
    ('claims', 'refund_id', 'refunds'),
)


def upgrade() -> None:
    # "If not exists": an interrupted migration runs again.
    with op.get_context().autocommit_block():
        op.execute('ALTER TABLE payments ADD COLUMN IF NOT EXISTS provider text,'
                   ' ADD COLUMN IF NOT EXISTS outcome text,'
                   ' ADD COLUMN IF NOT EXISTS refunded_minor integer NOT NULL DEFAULT 0')
        op.execute('ALTER TABLE sessions ADD COLUMN IF NOT EXISTS cancelled_at timestamptz,'
                   ' ADD COLUMN IF NOT EXISTS cancel_reason text,'
                   ' ADD COLUMN IF NOT EXISTS rescheduled_at timestamptz')
        op.execute('ALTER TABLE claims ADD COLUMN IF NOT EXISTS refund_id uuid')
        for table, checks in CHECKS.items():
            for name, condition in checks.items():
                add_constraint(table, name, f'CHECK ({condition})')
        create_attempts()
        create_refunds()
        create_effects_and_events()
        for table, column, other in KEYS:
            add_constraint(table, f'fk_{table}_{column}', f'FOREIGN KEY ({column}) REFERENCES {other} (id)')


def add_constraint(table: str, name: str, definition: str) -> None:
    op.execute(f'ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}, ADD CONSTRAINT {name} {definition} NOT VALID')
    op.execute(f'ALTER TABLE {table} VALIDATE CONSTRAINT {name}')


def create_attempts() -> None:
    op.create_table('payment_attempts',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('payment_id', sa.Uuid(), nullable=False),
    sa.Column('reservation_id', sa.Uuid(), nullable=False),
    sa.Column('provider', sa.Text(), nullable=False),
    sa.Column('provider_ref', sa.Text(), nullable=True),
    sa.Column('charge_ref', sa.Text(), nullable=True),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('if_late', sa.Text(), nullable=False),
    sa.Column('return_url', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('captured_minor', sa.Integer(), server_default='0', nullable=False),
    sa.Column('refunded_minor', sa.Integer(), server_default='0', nullable=False),
    sa.Column('flag', sa.Text(), nullable=True),
    sa.Column('checkout_url', sa.Text(), nullable=True),
    sa.Column('client_secret', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tries', sa.Integer(), server_default='0', nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status IN ('OPENING', 'OPEN', 'AUTHORIZED', 'CAPTURED', 'CLOSED')", name=op.f('ck_payment_attempts_status_known')),
    sa.CheckConstraint("outcome IN ('SOLD', 'RESEATED', 'REFUNDED', 'RELEASED')", name=op.f('ck_payment_attempts_outcome_known')),
    sa.CheckConstraint("if_late IN ('REFUND', 'SAME_SEATS', 'SAME_OR_BETTER_SEATS')", name=op.f('ck_payment_attempts_if_late_known')),
    sa.CheckConstraint("flag IN ('AMOUNT', 'CURRENCY', 'CAPTURE_FAILED', 'REFUND_FAILED')", name=op.f('ck_payment_attempts_flag_known')),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_payment_attempts_amount_positive')),
    sa.CheckConstraint('refunded_minor BETWEEN 0 AND captured_minor', name=op.f('ck_payment_attempts_refunded_within_captured')),
    sa.CheckConstraint('(outcome IS NULL) = (settled_at IS NULL)', name=op.f('ck_payment_attempts_settled_when')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_attempts')),
    sa.UniqueConstraint('provider', 'provider_ref', name=op.f('uq_payment_attempts_provider_provider_ref')),
    if_not_exists=True
    )
    op.create_index('ix_payment_attempts_of_payment', 'payment_attempts', ['payment_id', 'created_at'], if_not_exists=True)
    op.create_index('uq_payment_attempts_one_open', 'payment_attempts', ['payment_id'], unique=True,
                    postgresql_where=sa.text('outcome IS NULL'), if_not_exists=True)
    op.create_index('uq_payment_attempts_one_sale', 'payment_attempts', ['payment_id'], unique=True,
                    postgresql_where=sa.text("outcome IN ('SOLD', 'RESEATED')"), if_not_exists=True)
    op.create_index('ix_payment_attempts_due', 'payment_attempts', ['due_at'],
                    postgresql_where=sa.text('due_at IS NOT NULL'), if_not_exists=True)


def create_refunds() -> None:
    op.create_table('refunds',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('payment_id', sa.Uuid(), nullable=False),
    sa.Column('attempt_id', sa.Uuid(), nullable=True),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('requested_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('provider_ref', sa.Text(), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status IN ('PENDING', 'SUCCEEDED', 'FAILED')", name=op.f('ck_refunds_status_known')),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_refunds_amount_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refunds')),
    sa.UniqueConstraint('provider_ref', name=op.f('uq_refunds_provider_ref')),
    if_not_exists=True
    )
    op.create_index('ix_refunds_of_payment', 'refunds', ['payment_id', 'created_at'], if_not_exists=True)


def create_effects_and_events() -> None:
    op.create_table('payment_effects',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('attempt_id', sa.Uuid(), nullable=False),
    sa.Column('operation', sa.Text(), nullable=False),
    sa.Column('refund_id', sa.Uuid(), nullable=True),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('tries', sa.Integer(), server_default='0', nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.CheckConstraint("operation IN ('CAPTURE', 'CANCEL', 'REFUND')", name=op.f('ck_payment_effects_operation_known')),
    sa.CheckConstraint("(operation = 'REFUND') = (refund_id IS NOT NULL)", name=op.f('ck_payment_effects_refund_of_one')),
    sa.CheckConstraint('due_at IS NULL OR (done_at IS NULL AND failed_at IS NULL)', name=op.f('ck_payment_effects_over_is_not_due')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_effects')),
    sa.UniqueConstraint('attempt_id', 'operation', 'refund_id', name=op.f('uq_payment_effects_attempt_id_operation_refund_id'),
                        postgresql_nulls_not_distinct=True),
    if_not_exists=True
    )
    op.create_index('ix_payment_effects_due', 'payment_effects', ['due_at'],
                    postgresql_where=sa.text('due_at IS NOT NULL'), if_not_exists=True)
    op.create_table('provider_events',
    sa.Column('provider', sa.Text(), nullable=False),
    sa.Column('event_id', sa.Text(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('attempt_id', sa.Uuid(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.PrimaryKeyConstraint('provider', 'event_id', name=op.f('pk_provider_events')),
    if_not_exists=True
    )
    op.create_index('ix_provider_events_received', 'provider_events', ['received_at'], if_not_exists=True)


def downgrade() -> None:
    op.drop_column('claims', 'refund_id')
    for table in ('provider_events', 'payment_effects', 'refunds', 'payment_attempts'):
        op.drop_table(table)
    for column in ('cancelled_at', 'cancel_reason', 'rescheduled_at'):
        op.drop_column('sessions', column)
    for column in ('provider', 'outcome', 'refunded_minor'):
        op.drop_column('payments', column)
