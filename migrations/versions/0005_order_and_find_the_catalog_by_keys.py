"""Order movies and rooms by keys, and find movies by them."""

from alembic import op
import sqlalchemy as sa

from persistence.postgres.indexes import drop_invalid_indexes

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

# Programs of 0.1.0 write titles and names without keys. These simple keys serve until
# persistence/revisions/ writes the right ones. Remove it with the next release.
LOWER = r'''
CREATE OR REPLACE FUNCTION lower_case_keys() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    accents CONSTANT text := E'[\u0300-\u036f]';
    stored text := CASE TG_TABLE_NAME WHEN 'movies' THEN to_jsonb(NEW)->>'title' ELSE to_jsonb(NEW)->>'name' END;
    key text := left(lower(regexp_replace(normalize(stored, NFKD), accents, '', 'g') COLLATE pg_c_utf8), 500);
BEGIN
    IF TG_TABLE_NAME = 'movies' THEN
        NEW.title_key := key;
        NEW.search_key := key;
    ELSE
        NEW.name_key := key;
    END IF;
    RETURN NEW;
END $$
'''
TRIGGER = '''
CREATE OR REPLACE TRIGGER lower_case_keys BEFORE INSERT OR UPDATE OF {text} ON {table} FOR EACH ROW
WHEN (NEW.keyed_{text} IS DISTINCT FROM NEW.{text}) EXECUTE FUNCTION lower_case_keys()
'''


def upgrade() -> None:
    # One table at a time. "If not exists": an interrupted migration runs again.
    with op.get_context().autocommit_block():
        op.execute(LOWER)
        add_keys('movies', 'title', 'title_key', 'search_key')
        add_keys('rooms', 'name', 'name_key')
        drop_invalid_indexes('ix_movies_by_title_key', 'ix_rooms_by_name_key')
        op.create_index('ix_movies_by_title_key', 'movies', ['title_key', 'id'], postgresql_concurrently=True, if_not_exists=True)
        op.create_index('ix_rooms_by_name_key', 'rooms', ['name_key', 'id'], postgresql_concurrently=True, if_not_exists=True)


def add_keys(table: str, text: str, *keys: str) -> None:
    for key in keys:
        op.add_column(table, sa.Column(key, sa.Text(collation='C'), server_default='', nullable=False), if_not_exists=True)
    op.add_column(table, sa.Column(f'keyed_{text}', sa.Text(), nullable=True), if_not_exists=True)
    op.execute(TRIGGER.format(table=table, text=text))


def downgrade() -> None:
    op.execute('DROP TRIGGER lower_case_keys ON movies')
    op.execute('DROP TRIGGER lower_case_keys ON rooms')
    op.execute('DROP FUNCTION lower_case_keys')
    op.drop_index('ix_movies_by_title_key', table_name='movies')
    op.drop_index('ix_rooms_by_name_key', table_name='rooms')
    for column in ('title_key', 'search_key', 'keyed_title'):
        op.drop_column('movies', column)
    for column in ('name_key', 'keyed_name'):
        op.drop_column('rooms', column)
