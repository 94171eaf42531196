"""When the sales of a session end."""

from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

# Programs of the version before neither set nor move it. A session without it is sold as long as its cinema allows,
# and none after its own end.
SET_SALES_END = '''
CREATE OR REPLACE FUNCTION set_sales_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sales_end_at IS NULL THEN
        NEW.sales_end_at := NEW.starts_at + make_interval(mins => coalesce((
            SELECT cinemas.sales_minutes_after_start
            FROM rooms JOIN cinemas ON cinemas.id = rooms.cinema_id WHERE rooms.id = NEW.room_id), 0));
    ELSIF TG_OP = 'UPDATE' AND NEW.sales_end_at = OLD.sales_end_at THEN
        NEW.sales_end_at := NEW.sales_end_at + (NEW.starts_at - OLD.starts_at);
    END IF;
    NEW.sales_end_at := least(NEW.sales_end_at, NEW.ends_at);
    RETURN NEW;
END $$
'''
TRIGGER = '''
CREATE OR REPLACE TRIGGER set_sales_end BEFORE INSERT OR UPDATE OF starts_at, ends_at, sales_end_at ON sessions
FOR EACH ROW EXECUTE FUNCTION set_sales_end()
'''


def upgrade() -> None:
    # "If not exists": an interrupted migration runs again.
    with op.get_context().autocommit_block():
        op.execute('ALTER TABLE sessions ADD COLUMN IF NOT EXISTS sales_end_at timestamptz')
        op.execute(SET_SALES_END)
        op.execute(TRIGGER)
        # The trigger sets it.
        op.execute('UPDATE sessions SET sales_end_at = NULL WHERE sales_end_at IS NULL')


def downgrade() -> None:
    op.execute('DROP TRIGGER set_sales_end ON sessions')
    op.execute('DROP FUNCTION set_sales_end')
    op.drop_column('sessions', 'sales_end_at')
