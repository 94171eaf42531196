"""Tickets have a generation and a holder, and are used once."""

from alembic import op

from persistence.postgres.indexes import drop_invalid_indexes

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

COLUMNS = (
    ('generation', 'integer NOT NULL DEFAULT 1'),
    ('holder_id', 'uuid'),
    ('used_at', 'timestamptz'),
    ('used_gate', 'text'),
    ('used_scan', 'text'),
    ('changed_in', 'bigint'),
)
CHECKS = (
    ('generation_positive', 'generation > 0'),
    ('used_when', 'used_at IS NOT NULL OR used_gate IS NULL AND used_scan IS NULL'),
)


def upgrade() -> None:
    # "If exists": an interrupted migration runs again.
    with op.get_context().autocommit_block():
        for column, kind in COLUMNS:
            op.execute(f'ALTER TABLE claims ADD COLUMN IF NOT EXISTS {column} {kind}')
        for name, condition in CHECKS:
            op.execute(f'ALTER TABLE claims DROP CONSTRAINT IF EXISTS ck_claims_{name},'
                       f' ADD CONSTRAINT ck_claims_{name} CHECK ({condition}) NOT VALID')
            op.execute(f'ALTER TABLE claims VALIDATE CONSTRAINT ck_claims_{name}')
        drop_invalid_indexes('uq_claims_id', 'ix_claims_of_holder')
        op.create_index('uq_claims_id', 'claims', ['id'], unique=True,
                        postgresql_concurrently=True, if_not_exists=True)
        op.create_index('ix_claims_of_holder', 'claims', ['holder_id'], postgresql_where='holder_id IS NOT NULL',
                        postgresql_concurrently=True, if_not_exists=True)


def downgrade() -> None:
    # With the columns go their index and checks.
    op.drop_index('uq_claims_id', table_name='claims')
    for column, _ in COLUMNS:
        op.drop_column('claims', column)
