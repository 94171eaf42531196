"""Cinemas, which rooms belong to; turnarounds, and versions of what managers keep."""

from alembic import context, op
import sqlalchemy as sa

from persistence.postgres.indexes import drop_invalid_indexes

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

# Programs of 0.1.0 add sessions without it.
COPY_TURNAROUND = '''
CREATE OR REPLACE FUNCTION copy_turnaround() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.turnaround_minutes := (SELECT turnaround_minutes FROM rooms WHERE id = NEW.room_id);
    RETURN NEW;
END $$
'''
TRIGGER = '''
CREATE OR REPLACE TRIGGER copy_turnaround BEFORE INSERT OR UPDATE OF room_id ON sessions FOR EACH ROW
EXECUTE FUNCTION copy_turnaround()
'''
# With one statement there is no moment without a constraint.
EXCLUDE = '''
ALTER TABLE sessions DROP CONSTRAINT IF EXISTS ex_sessions_one_in_a_room,
ADD CONSTRAINT ex_sessions_one_in_a_room EXCLUDE USING gist
(room_period(ROW(room_id, starts_at)::room_moment, ROW(room_id, {end})::room_moment) WITH &&)
'''
FREE_AGAIN = "(ends_at AT TIME ZONE 'UTC' + make_interval(mins => turnaround_minutes)) AT TIME ZONE 'UTC'"
ADD_FIRST = '''
INSERT INTO cinemas (name, city, address, time_zone, currency)
SELECT :name, '', '', :time_zone, coalesce(
    :currency,
    (SELECT currency FROM sessions GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1),
    'USD')
WHERE NOT EXISTS (SELECT FROM cinemas)
'''


def upgrade() -> None:
    # One table at a time. "If not exists": an interrupted migration runs again.
    with op.get_context().autocommit_block():
        add_cinemas()
        op.execute(
            'ALTER TABLE rooms ADD COLUMN IF NOT EXISTS cinema_id uuid NOT NULL DEFAULT first_cinema()'
            ' CONSTRAINT fk_rooms_cinema_id REFERENCES cinemas (id)'
        )
        drop_invalid_indexes('ix_rooms_cinema_id')
        op.create_index(op.f('ix_rooms_cinema_id'), 'rooms', ['cinema_id'], postgresql_concurrently=True, if_not_exists=True)
        add_turnaround('rooms')
        for table in ('rooms', 'movies', 'sessions'):
            op.add_column(table, sa.Column('version', sa.Integer(), server_default='1', nullable=False), if_not_exists=True)
        op.execute(
            "ALTER TABLE sessions ADD COLUMN IF NOT EXISTS status text NOT NULL DEFAULT 'SCHEDULED'"
            " CONSTRAINT ck_sessions_status_known CHECK (status IN ('SCHEDULED', 'CANCELLED'))"
        )
        add_turnaround('sessions')
        op.execute(COPY_TURNAROUND)
        op.execute(TRIGGER)
        op.execute(EXCLUDE.format(end=FREE_AGAIN))


def add_cinemas() -> None:
    op.create_table('cinemas',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('city', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('time_zone', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('sales_minutes_after_start', sa.Integer(), server_default='0', nullable=False),
    sa.Column('companion_release_minutes', sa.Integer(), server_default='60', nullable=False),
    sa.Column('refund_hours_before_start', sa.Integer(), server_default='24', nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('name_key', sa.Text(collation='C'), server_default='', nullable=False),
    sa.Column('search_key', sa.Text(collation='C'), server_default='', nullable=False),
    sa.Column('keyed_name', sa.Text(), nullable=True),
    sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f('ck_cinemas_currency_iso_4217')),
    sa.CheckConstraint('sales_minutes_after_start >= 0', name=op.f('ck_cinemas_sales_not_negative')),
    sa.CheckConstraint('companion_release_minutes >= 0', name=op.f('ck_cinemas_companion_release_not_negative')),
    sa.CheckConstraint('refund_hours_before_start >= 0', name=op.f('ck_cinemas_refund_not_negative')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cinemas')),
    if_not_exists=True
    )
    op.create_index('ix_cinemas_by_name_key', 'cinemas', ['name_key', 'id'], if_not_exists=True)
    # The operator's: name, time_zone, and currency or None.
    first: dict[str, str | None] = context.config.attributes['first_cinema']
    values = [sa.bindparam(name, value, sa.Text) for name, value in first.items()]
    op.execute(sa.text(ADD_FIRST).bindparams(*values))
    op.execute(
        "CREATE OR REPLACE FUNCTION first_cinema() RETURNS uuid STABLE LANGUAGE sql AS"
        " 'SELECT id FROM cinemas ORDER BY created_at, id LIMIT 1'"
    )


def add_turnaround(table: str) -> None:
    op.execute(
        f'ALTER TABLE {table} ADD COLUMN IF NOT EXISTS turnaround_minutes integer NOT NULL DEFAULT 0'
        f' CONSTRAINT ck_{table}_turnaround_not_negative CHECK (turnaround_minutes >= 0)'
    )


def downgrade() -> None:
    op.execute(EXCLUDE.format(end='ends_at'))
    op.execute('DROP TRIGGER copy_turnaround ON sessions')
    op.execute('DROP FUNCTION copy_turnaround')
    for table, columns in (
        ('sessions', ('status', 'turnaround_minutes', 'version')),
        ('movies', ('version',)),
        ('rooms', ('cinema_id', 'turnaround_minutes', 'version')),
    ):
        for column in columns:
            op.drop_column(table, column)
    op.execute('DROP FUNCTION first_cinema')
    op.drop_table('cinemas')
