"""A program goes on serving when the tables are one migration ahead of it.

A deployment migrates first and replaces the programs afterwards, one by one. NEXT
stands for the next migration: it does everything that a migration may do while programs
of the last release run (see CONTRIBUTING.md).
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.script import ScriptDirectory

from auth.signing_keys import KeyRing
from auth.tokens import TokenIssuer
from domain.people import Role, Viewer
from persistence import migrate
from persistence.postgres.pool import Pool
from persistence.sales.stories import rows_of
from persistence.tables import metadata
from tests.support.cinema import Cinema
from tests.support.embedded import EmbeddedStack
from tests.support.in_process_client import in_process_client
from tests.support.realtime import Worker
from tests.support.released_program import LAST_MIGRATION
from tests.support.sale_journey import Journey

# Pairs of table and column: the programs of the last release do not use them.
# No release has used it.
NO_LONGER_USED = {("notices", "claimed_until")}
LOCKED_BY_MANAGERS = ["rooms", "sessions"]
OTHERS = sorted(metadata.tables.keys() - LOCKED_BY_MANAGERS)
NEXT = """
from alembic import op
import sqlalchemy as sa

revision = "next"
down_revision = "{head}"


def upgrade():
    # Two tables locked in one transaction would deadlock with the program.
    with op.get_context().autocommit_block():
        for table in {tables}:
            add_columns(table)
        op.create_table(
            "receipts",
            sa.Column(
                "payment_id", sa.Uuid, sa.ForeignKey("payments.id"), primary_key=True
            ),
        )
        add_status("reservations", "PENDING", "CONFIRMED", "CANCELLED", "EXPIRED")
        add_status("payments", "PENDING", "APPROVED", "CANCELLED", "EXPIRED")


def add_columns(table):
    op.add_column(table, sa.Column("next_text", sa.Text))
    op.add_column(
        table,
        sa.Column("next_count", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_index(
        "ix_next_" + table, table, ["next_count"], postgresql_concurrently=True
    )


def add_status(table, *known):
    name = op.f("ck_" + table + "_status_known")
    op.drop_constraint(name, table)
    values = ", ".join("'" + value + "'" for value in (*known, "NEXT"))
    op.create_check_constraint(name, table, "status IN (" + values + ")")
"""
BREAKING = """
from alembic import op
import sqlalchemy as sa

revision = "next"
down_revision = "{head}"


def upgrade():
    op.execute("ALTER TABLE rooms DROP COLUMN name CASCADE")
    op.alter_column("movies", "rating", new_column_name="age_rating")
    op.alter_column("movies", "duration_minutes", type_=sa.BigInteger)
    op.add_column("outbox", sa.Column("next_text", sa.Text, nullable=False))
    op.drop_table("identities")
"""
COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable = 'YES'
       OR column_default IS NOT NULL OR is_identity = 'YES' AS optional
FROM information_schema.columns WHERE table_schema = 'public'
"""
Columns = dict[tuple[str, str], tuple[str, bool]]


def upgrade_one_ahead(
    database_url: str, migration: str, folder: Path, tables: Sequence[str]
) -> None:
    """With a migration that the program does not have."""
    config = migrate._config(database_url)
    head = ScriptDirectory.from_config(config).get_current_head()
    (folder / "next.py").write_text(migration.format(head=head, tables=tables))
    config.set_main_option("path_separator", "newline")
    versions = (migrate.VERSIONS / "versions", folder)
    config.set_main_option("version_locations", "\n".join(map(str, versions)))
    command.upgrade(config, "next")


async def columns(database_url: str) -> Columns:
    """Of each column its type, and whether an INSERT may leave it out."""
    db = await asyncpg.connect(database_url)
    rows = await db.fetch(COLUMNS)
    await db.close()
    return {(table, name): (kind, optional) for table, name, kind, optional in rows}


def broken(before: Columns, after: Columns) -> set[tuple[str, str]]:
    """Columns whose change breaks a program that was written for the tables before."""
    tables = {table for table, _ in before}
    changed = {
        column
        for column, (kind, optional) in before.items()
        if column not in after
        or after[column][0] != kind
        or after[column][1] < optional
    }
    demanded = {
        column
        for column, (_, optional) in after.items()
        if column not in before and column[0] in tables and not optional
    }
    return (changed | demanded) - NO_LONGER_USED


@pytest.fixture
def environment(stack: EmbeddedStack, scratch_database_url: str) -> dict[str, str]:
    """With one connection, so that every statement is prepared before the migration."""
    return stack.environment | {
        "DATABASE_URL": scratch_database_url,
        "DB_POOL_SIZE": "1",
    }


@pytest.fixture
async def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


@pytest.mark.parametrize(
    "tables",
    [
        pytest.param(OTHERS, id="others"),
        pytest.param(LOCKED_BY_MANAGERS, id="locked-by-managers"),
    ],
)
async def test_a_program_serves_on_while_its_tables_are_migrated(
    environment: dict[str, str],
    cinema: Cinema,
    worker: Worker,
    tmp_path: Path,
    tables: Sequence[str],
) -> None:
    [ana, rita] = await cinema.customers(2)
    promote = "UPDATE accounts SET role = 'MANAGER' WHERE id = $1"
    await cinema.pool.execute(promote, rita)
    keys, migrations = tmp_path / "keys", tmp_path / "migrations"
    migrations.mkdir()
    database_url = environment["DATABASE_URL"]
    worker.start()

    async with in_process_client(environment, keys, ana) as client:
        manager = TokenIssuer(KeyRing(keys)).issue(Viewer(rita, Role.MANAGER)).text
        journey = Journey(client, manager, cinema)
        await journey.run("before")
        await asyncio.to_thread(
            upgrade_one_ahead, database_url, NEXT, migrations, tables
        )
        sold = await journey.run("after")
    async with in_process_client(environment, keys, ana) as client:
        await Journey(client, manager, cinema).run("restarted")

    assert await migrate.is_current(database_url)  # a newer version is as good
    assert await rows_of(cinema.pool, sold)


async def test_each_migration_keeps_what_programs_of_the_last_release_use(
    scratch_database_url: str,
) -> None:
    script = ScriptDirectory.from_config(migrate._config(scratch_database_url))
    newer = [
        each.revision for each in script.iterate_revisions("heads", LAST_MIGRATION)
    ]
    await asyncio.to_thread(migrate.downgrade, scratch_database_url, LAST_MIGRATION)

    for revision in reversed(newer):
        before = await columns(scratch_database_url)
        await asyncio.to_thread(migrate.upgrade, scratch_database_url, revision)
        assert broken(before, await columns(scratch_database_url)) == set(), revision


@pytest.mark.parametrize(
    ("migration", "expected"),
    [
        (NEXT, set()),
        (
            BREAKING,
            {
                ("rooms", "name"),
                ("movies", "rating"),
                ("movies", "duration_minutes"),
                ("outbox", "next_text"),
                ("identities", "issuer"),
                ("identities", "subject"),
                ("identities", "account_id"),
                ("identities", "created_at"),
            },
        ),
    ],
    ids=["additive", "breaking"],
)
async def test_a_migration_that_breaks_them_is_found(
    scratch_database_url: str,
    tmp_path: Path,
    migration: str,
    expected: set[tuple[str, str]],
) -> None:
    before = await columns(scratch_database_url)

    await asyncio.to_thread(
        upgrade_one_ahead, scratch_database_url, migration, tmp_path, OTHERS
    )

    assert broken(before, await columns(scratch_database_url)) == expected
