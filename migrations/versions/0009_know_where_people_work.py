"""Memberships: the cinemas in which managers, cashiers and ushers work."""

from alembic import op
import sqlalchemy as sa

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

ROLES = "CHECK (role IN ({}))"
BEFORE, AFTER = "'CUSTOMER', 'MANAGER'", "'CUSTOMER', 'MANAGER', 'CASHIER', 'USHER'"
KNOWN = '''
ALTER TABLE accounts DROP CONSTRAINT IF EXISTS ck_accounts_role_known,
ADD CONSTRAINT ck_accounts_role_known CHECK (role IN ({roles}))
'''


def upgrade() -> None:
    # "If not exists": an interrupted migration runs again.
    with op.get_context().autocommit_block():
        # False: today's managers manage the whole network.
        op.add_column('accounts', sa.Column('works_locally', sa.Boolean(), server_default=sa.text('false'), nullable=False), if_not_exists=True)
        op.execute(KNOWN.format(roles=AFTER))
        op.create_table('memberships',
        sa.Column('account_id', sa.Uuid(), nullable=False),
        sa.Column('cinema_id', sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_memberships_account_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['cinema_id'], ['cinemas.id'], name=op.f('fk_memberships_cinema_id')),
        sa.PrimaryKeyConstraint('account_id', 'cinema_id', name=op.f('pk_memberships')),
        if_not_exists=True
        )
        op.create_index(op.f('ix_memberships_cinema_id'), 'memberships', ['cinema_id'], if_not_exists=True)


def downgrade() -> None:
    op.drop_table('memberships')
    # The version before knows two roles, and its managers manage everything.
    op.execute("UPDATE accounts SET role = 'CUSTOMER' WHERE role IN ('CASHIER', 'USHER') OR works_locally")
    op.execute(KNOWN.format(roles=BEFORE))
    op.drop_column('accounts', 'works_locally')
