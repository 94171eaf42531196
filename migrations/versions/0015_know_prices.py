"""Price cards, prices and quotas of sessions; tickets, which claims have become."""

from alembic import op
import sqlalchemy as sa

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

AMOUNT = 'amount_minor >= 0'
# Each 50 pages, some thousand claims at most, are a transaction: cancels and expiries wait for a moment only. A claim
# that somebody has locked is skipped, so that nobody waits for this in a circle, and the next round finds it.
TICKETS = '''
DO $$
DECLARE
    default_type uuid := (SELECT id FROM ticket_types WHERE is_default);
    page_bytes bigint := current_setting('block_size');
BEGIN
    WHILE EXISTS (SELECT FROM claims WHERE id IS NULL) LOOP
        FOR page IN 0..pg_relation_size('claims') / page_bytes BY 50 LOOP
            UPDATE claims SET id = uuidv7(), ticket_type_id = default_type
            WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM claims
                WHERE id IS NULL AND ctid >= format('(%s,0)', page)::tid AND ctid < format('(%s,0)', page + 50)::tid
                FOR NO KEY UPDATE SKIP LOCKED));
            COMMIT;
        END LOOP;
        PERFORM pg_sleep(0.05);
    END LOOP;
END $$
'''


def upgrade() -> None:
    # One table at a time. "If not exists": an interrupted migration runs again.
    with op.get_context().autocommit_block():
        add_cards()
        add_prices_of_sessions()
        # What the default type costs there; NULL: as much as the session says.
        op.add_column('session_seats', sa.Column('price_minor', sa.Integer(), nullable=True), if_not_exists=True)
        # No key to ticket_types: all holds of all sessions would lock its one row of the default type.
        op.add_column('claims', sa.Column('ticket_type_id', sa.Uuid(), nullable=True), if_not_exists=True)
        # Without a default at first, which would write all rows again under a lock.
        op.add_column('claims', sa.Column('id', sa.Uuid(), nullable=True), if_not_exists=True)
        op.alter_column('claims', 'id', server_default=sa.text('uuidv7()'))
        op.execute(TICKETS)
        op.execute('ALTER TABLE claims DROP CONSTRAINT IF EXISTS claims_id_not_null,'
                   ' ADD CONSTRAINT claims_id_not_null NOT NULL id NOT VALID')
        op.execute('ALTER TABLE claims VALIDATE CONSTRAINT claims_id_not_null')


def add_cards() -> None:
    op.create_table('price_cards',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('cinema_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    # The seeds give the cinema that a migration has made another id.
    sa.ForeignKeyConstraint(['cinema_id'], ['cinemas.id'], name=op.f('fk_price_cards_cinema_id'), onupdate='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_price_cards')),
    sa.UniqueConstraint('cinema_id', 'name', name=op.f('uq_price_cards_cinema_id_name')),
    if_not_exists=True
    )
    op.create_table('card_prices',
    sa.Column('card_id', sa.Uuid(), nullable=False),
    sa.Column('zone_id', sa.Uuid(), nullable=False),
    sa.Column('ticket_type_id', sa.Uuid(), nullable=False),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.CheckConstraint(AMOUNT, name=op.f('ck_card_prices_amount_not_negative')),
    sa.ForeignKeyConstraint(['card_id'], ['price_cards.id'], name=op.f('fk_card_prices_card_id')),
    sa.ForeignKeyConstraint(['zone_id'], ['price_zones.id'], name=op.f('fk_card_prices_zone_id')),
    sa.ForeignKeyConstraint(['ticket_type_id'], ['ticket_types.id'], name=op.f('fk_card_prices_ticket_type_id')),
    sa.PrimaryKeyConstraint('card_id', 'zone_id', 'ticket_type_id', name=op.f('pk_card_prices')),
    if_not_exists=True
    )


def add_prices_of_sessions() -> None:
    op.create_table('session_prices',
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('zone_id', sa.Uuid(), nullable=False),
    sa.Column('ticket_type_id', sa.Uuid(), nullable=False),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.CheckConstraint(AMOUNT, name=op.f('ck_session_prices_amount_not_negative')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_session_prices_session_id')),
    sa.ForeignKeyConstraint(['zone_id'], ['price_zones.id'], name=op.f('fk_session_prices_zone_id')),
    sa.ForeignKeyConstraint(['ticket_type_id'], ['ticket_types.id'], name=op.f('fk_session_prices_ticket_type_id')),
    sa.PrimaryKeyConstraint('session_id', 'zone_id', 'ticket_type_id', name=op.f('pk_session_prices')),
    if_not_exists=True
    )
    op.create_table('ticket_quotas',
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('ticket_type_id', sa.Uuid(), nullable=False),
    sa.Column('seats_limit', sa.Integer(), nullable=False),
    sa.Column('seats_taken', sa.Integer(), server_default='0', nullable=False),
    sa.CheckConstraint('seats_taken >= 0 AND seats_taken <= seats_limit', name=op.f('ck_ticket_quotas_within_limit')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_ticket_quotas_session_id')),
    sa.ForeignKeyConstraint(['ticket_type_id'], ['ticket_types.id'], name=op.f('fk_ticket_quotas_ticket_type_id')),
    sa.PrimaryKeyConstraint('session_id', 'ticket_type_id', name=op.f('pk_ticket_quotas')),
    if_not_exists=True
    )


def downgrade() -> None:
    op.drop_column('claims', 'id')
    op.drop_column('claims', 'ticket_type_id')
    op.drop_column('session_seats', 'price_minor')
    for table in ('ticket_quotas', 'session_prices', 'card_prices', 'price_cards'):
        op.drop_table(table)
