"""Plans of rooms: what is printed on a seat, where it stands, and its price zone."""

from alembic import op
import sqlalchemy as sa

from persistence.postgres.indexes import drop_invalid_indexes

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

# A cinema has a default zone from its first moment, whichever program creates it.
ADD_DEFAULT_ZONE = '''
CREATE OR REPLACE FUNCTION add_default_zone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO price_zones (cinema_id, name, name_key, is_default) VALUES (NEW.id, 'Standard', 'standard', TRUE);
    RETURN NULL;
END $$
'''
ZONE_TRIGGER = '''
CREATE OR REPLACE TRIGGER add_default_zone AFTER INSERT ON cinemas FOR EACH ROW
EXECUTE FUNCTION add_default_zone()
'''
ADD_ZONES = '''
INSERT INTO price_zones (cinema_id, name, name_key, is_default)
SELECT id, 'Standard', 'standard', TRUE FROM cinemas WHERE id NOT IN (SELECT cinema_id FROM price_zones)
'''
# Where the row ends in a digit, a dash keeps 1-12 apart from 11-2.
LABEL = "{seat}.row_label || CASE WHEN {seat}.row_label ~ '[0-9]$' THEN '-' ELSE '' END || {seat}.number"
# Programs of the last release know rows and numbers alone. They add seats behind the last one of a row, and rows
# behind the last row. In a plain row the place follows from the number, in whatever order its seats are added.
COMPLETE_SEAT = f'''
CREATE OR REPLACE FUNCTION complete_seat() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    plain boolean;
    next_place integer;
    row_y double precision;
BEGIN
    SELECT bool_and(place = number - 1 AND x = place), max(place) + 1, min(y) INTO plain, next_place, row_y
    FROM seats WHERE room_id = NEW.room_id AND row_label = NEW.row_label;
    NEW.label := coalesce(NEW.label, {LABEL.format(seat='NEW')});
    NEW.label_key := coalesce(NEW.label_key, lower(NEW.label COLLATE "C"));
    NEW.place := coalesce(NEW.place, CASE WHEN plain IS FALSE THEN next_place ELSE NEW.number - 1 END);
    NEW.y := coalesce(NEW.y, row_y, (SELECT floor(max(y)) + 1 FROM seats WHERE room_id = NEW.room_id), 0);
    NEW.x := coalesce(NEW.x, CASE WHEN plain IS FALSE THEN (
        SELECT max(x) + 1 FROM seats WHERE room_id = NEW.room_id AND y > NEW.y - 1 AND y < NEW.y + 1
    ) ELSE NEW.place END);
    NEW.zone_id := coalesce(NEW.zone_id, (
        SELECT z.id FROM rooms r JOIN price_zones z ON z.cinema_id = r.cinema_id AND z.is_default
        WHERE r.id = NEW.room_id
    ));
    RETURN NEW;
END $$
'''
SEAT_TRIGGER = '''
CREATE OR REPLACE TRIGGER complete_seat BEFORE INSERT ON seats FOR EACH ROW
WHEN (num_nulls(NEW.label, NEW.label_key, NEW.x, NEW.y, NEW.place, NEW.zone_id) > 0) EXECUTE FUNCTION complete_seat()
'''
COMPLETE_SEATS = f'''
UPDATE seats SET label = {LABEL.format(seat='seats')}, label_key = lower(({LABEL.format(seat='seats')}) COLLATE "C"),
    place = number - 1, x = number - 1, y = known.y, zone_id = known.zone_id
FROM (
    SELECT seat.id, z.id AS zone_id, dense_rank() OVER (
        PARTITION BY room_id ORDER BY length(row_label), row_label COLLATE "C") - 1 AS y
    FROM seats seat JOIN rooms r ON r.id = seat.room_id
    JOIN price_zones z ON z.cinema_id = r.cinema_id AND z.is_default
) known
WHERE known.id = seats.id AND label IS NULL
'''
COPY_ZONE = '''
CREATE OR REPLACE FUNCTION copy_zone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.zone_id := (SELECT zone_id FROM seats WHERE id = NEW.seat_id);
    RETURN NEW;
END $$
'''
COPY_TRIGGER = '''
CREATE OR REPLACE TRIGGER copy_zone BEFORE INSERT ON session_seats FOR EACH ROW
WHEN (NEW.zone_id IS NULL) EXECUTE FUNCTION copy_zone()
'''
# A constant default needs no new version of any row, however many there are. It is that of the first cinema, the only
# one unless somebody has created more since 0007.
ADD_SOLD_ZONE = '''
DO $$ BEGIN
    EXECUTE format('ALTER TABLE session_seats ADD COLUMN IF NOT EXISTS zone_id uuid DEFAULT %L', (
        SELECT id FROM price_zones WHERE cinema_id = first_cinema() AND is_default));
    ALTER TABLE session_seats ALTER COLUMN zone_id DROP DEFAULT;
END $$
'''
ZONES_OF_OTHERS = '''
WITH others AS (
    SELECT ss.id, seat.zone_id FROM session_seats ss JOIN seats seat ON seat.id = ss.seat_id
    WHERE ss.zone_id IS DISTINCT FROM seat.zone_id
    ORDER BY ss.id
    FOR NO KEY UPDATE OF ss
)
UPDATE session_seats ss SET zone_id = others.zone_id FROM others WHERE others.id = ss.id
'''


def upgrade() -> None:
    # One table at a time. "If not exists": an interrupted migration runs again.
    with op.get_context().autocommit_block():
        add_price_zones()
        for name, kind in (
            ('label', sa.Text()),
            ('label_key', sa.Text(collation='C')),
            ('x', sa.Double()),
            ('y', sa.Double()),
            ('place', sa.Integer()),
            ('zone_id', sa.Uuid()),
        ):
            op.add_column('seats', sa.Column(name, kind, nullable=True), if_not_exists=True)
        op.execute("ALTER TABLE seats ADD COLUMN IF NOT EXISTS features text[] NOT NULL DEFAULT '{}'")
        op.execute('ALTER TABLE seats ADD COLUMN IF NOT EXISTS out_of_service boolean NOT NULL DEFAULT false')
        op.execute(COMPLETE_SEAT)
        op.execute(SEAT_TRIGGER)
        op.execute(COMPLETE_SEATS)
        drop_invalid_indexes('uq_seats_one_place', 'uq_seats_one_label')
        for name, column in (('place', 'row_label, place'), ('label', 'label_key')):
            op.execute(f'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS uq_seats_one_{name} ON seats (room_id, {column})')
        op.execute(
            'ALTER TABLE seats DROP CONSTRAINT IF EXISTS ck_seats_on_a_screen,'
            ' DROP CONSTRAINT IF EXISTS fk_seats_zone_id,'
            ' ADD CONSTRAINT ck_seats_on_a_screen CHECK (least(x, y, place) >= 0 AND greatest(x, y, place) <= 1000),'
            ' ADD CONSTRAINT fk_seats_zone_id FOREIGN KEY (zone_id) REFERENCES price_zones (id)'
        )
        op.execute(COPY_ZONE)
        op.execute(ADD_SOLD_ZONE)
        op.execute(COPY_TRIGGER)
        op.execute(ZONES_OF_OTHERS)


def add_price_zones() -> None:
    op.create_table('price_zones',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('cinema_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_key', sa.Text(collation='C'), nullable=False),
    sa.Column('is_default', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    # The seeds give the cinema that a migration has made another id.
    sa.ForeignKeyConstraint(['cinema_id'], ['cinemas.id'], name=op.f('fk_price_zones_cinema_id'), onupdate='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_price_zones')),
    sa.UniqueConstraint('cinema_id', 'name_key', name=op.f('uq_price_zones_cinema_id_name_key')),
    if_not_exists=True
    )
    op.create_index('uq_price_zones_one_default', 'price_zones', ['cinema_id'], unique=True,
                    postgresql_where=sa.text('is_default'), if_not_exists=True)
    op.execute(ADD_DEFAULT_ZONE)
    op.execute(ZONE_TRIGGER)
    op.execute(ADD_ZONES)


def downgrade() -> None:
    for table, trigger in (('session_seats', 'copy_zone'), ('seats', 'complete_seat'), ('cinemas', 'add_default_zone')):
        op.execute(f'DROP TRIGGER {trigger} ON {table}')
        op.execute(f'DROP FUNCTION {trigger}')
    op.drop_column('session_seats', 'zone_id')
    for column in ('label', 'label_key', 'x', 'y', 'place', 'features', 'zone_id', 'out_of_service'):
        op.drop_column('seats', column)
    op.drop_table('price_zones')
