"""A cancelled session leaves its room to others."""

from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

# With one statement there is no moment without a constraint. It waits for changes of sessions, and they for it, while
# it reads the sessions once: such a constraint cannot be made beside them.
EXCLUDE = '''
ALTER TABLE sessions DROP CONSTRAINT IF EXISTS ex_sessions_one_in_a_room,
ADD CONSTRAINT ex_sessions_one_in_a_room EXCLUDE USING gist
(room_period(ROW(room_id, starts_at)::room_moment,
ROW(room_id, (ends_at AT TIME ZONE 'UTC' + make_interval(mins => turnaround_minutes)) AT TIME ZONE 'UTC')::room_moment)
WITH &&)
'''


def upgrade() -> None:
    op.execute(EXCLUDE + ' WHERE (cancelled_at IS NULL)')


def downgrade() -> None:
    # Refused, and nothing is changed, while another session has the room of a cancelled one.
    op.execute(EXCLUDE)
