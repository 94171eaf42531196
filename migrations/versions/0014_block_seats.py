"""Seats that are not on sale in a session, with the reason."""

from alembic import op
import sqlalchemy as sa

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

# NOT VALID: the table is locked for a moment only. The rows are checked afterwards.
KNOWN = '''
ALTER TABLE session_seats DROP CONSTRAINT IF EXISTS ck_session_seats_status_known,
DROP CONSTRAINT IF EXISTS ck_session_seats_taken_by_one,
ADD CONSTRAINT ck_session_seats_status_known CHECK (status IN ({known})) NOT VALID,
ADD CONSTRAINT ck_session_seats_taken_by_one CHECK (({free}) = (reservation_id IS NULL)) NOT VALID
'''
VALIDATE = '''
ALTER TABLE session_seats VALIDATE CONSTRAINT ck_session_seats_status_known,
VALIDATE CONSTRAINT ck_session_seats_taken_by_one
'''


def upgrade() -> None:
    # "If not exists": an interrupted migration runs again.
    with op.get_context().autocommit_block():
        op.execute(KNOWN.format(
            known="'AVAILABLE', 'HELD', 'SOLD', 'BLOCKED'", free="status IN ('AVAILABLE', 'BLOCKED')"))
        op.execute(VALIDATE)
        op.create_table('seat_blocks',
        sa.Column('session_seat_id', sa.Uuid(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('blocked_by', sa.Uuid(), nullable=False),
        sa.Column('blocked_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
        sa.ForeignKeyConstraint(['blocked_by'], ['accounts.id'], name=op.f('fk_seat_blocks_blocked_by')),
        sa.ForeignKeyConstraint(['session_seat_id'], ['session_seats.id'], name=op.f('fk_seat_blocks_session_seat_id')),
        sa.PrimaryKeyConstraint('session_seat_id', name=op.f('pk_seat_blocks')),
        if_not_exists=True
        )


def downgrade() -> None:
    op.drop_table('seat_blocks')
    # The version before has no such seats. Watchers that resume have to know.
    op.execute(
        "UPDATE session_seats SET status = 'AVAILABLE', version = version + 1,"
        " changed_in = pg_current_xact_id()::text::bigint WHERE status = 'BLOCKED'"
    )
    op.execute(KNOWN.format(known="'AVAILABLE', 'HELD', 'SOLD'", free="status = 'AVAILABLE'"))
    op.execute(VALIDATE)
