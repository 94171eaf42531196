"""How many seats a customer has in a session."""

from alembic import op

from persistence.postgres.indexes import drop_invalid_indexes

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

# For the statement that holds seats, after it has locked these customers and sessions. The query of a function that is
# VOLATILE has a snapshot of its own, younger than these locks: it counts what the holds before have committed. The
# filter is no condition, or the planner may read the index of all open claims.
SEATS_OF_CUSTOMERS = '''
CREATE OR REPLACE FUNCTION seats_of_customers(hold_ids uuid[], session_ids uuid[], customer_ids uuid[])
RETURNS TABLE (hold_id uuid, seats bigint) LANGUAGE plpgsql VOLATILE ROWS 32 AS $$
BEGIN
    RETURN QUERY
    SELECT hold.id, own.seats
    FROM unnest(hold_ids, session_ids, customer_ids) AS hold (id, session_id, customer_id)
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE claims.released_at IS NULL) AS seats
        FROM reservations r JOIN claims ON claims.reservation_id = r.id
        WHERE r.session_id = hold.session_id AND r.customer_id = hold.customer_id
    ) AS own;
END $$
'''


def upgrade() -> None:
    with op.get_context().autocommit_block():
        drop_invalid_indexes('ix_reservations_in_session')
        # In place of the index on the session alone.
        op.create_index('ix_reservations_in_session', 'reservations', ['session_id', 'customer_id'],
                        postgresql_concurrently=True, if_not_exists=True)
        op.drop_index('ix_reservations_session_id', table_name='reservations',
                      postgresql_concurrently=True, if_exists=True)
        op.execute(SEATS_OF_CUSTOMERS)


def downgrade() -> None:
    op.execute('DROP FUNCTION seats_of_customers')
    op.create_index('ix_reservations_session_id', 'reservations', ['session_id'])
    op.drop_index('ix_reservations_in_session', table_name='reservations')
