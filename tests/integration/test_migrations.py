"""Migrations go up and down, and create exactly the tables that the code declares."""

import asyncio
import os
import sys

import asyncpg
import pytest

from persistence import migrate
from persistence.postgres.connection import connect
from persistence.postgres.engine import open_engine
from persistence.tables import metadata

# Autogeneration compares neither checks nor conditions of indexes. This does.
SHAPE = """
SELECT conrelid::regclass::text AS place, conname AS name,
       pg_get_constraintdef(oid) AS definition
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT table_name, column_name,
       concat_ws(' ', data_type, is_nullable, column_default, identity_generation)
FROM information_schema.columns WHERE table_schema = 'public'
"""

INDEX_IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)"
# As CREATE INDEX CONCURRENTLY leaves it that was interrupted.
MAKE_INVALID = """
UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass($1)
"""


async def shape(database_url: str) -> set[tuple[str, str, str]]:
    db = await asyncpg.connect(database_url)
    rows = await db.fetch(SHAPE)
    await db.close()
    return {tuple(row) for row in rows if row["place"] != "alembic_version"}


async def test_downgrade_removes_everything_and_upgrade_restores_it(
    scratch_database_url: str,
) -> None:
    before = await shape(scratch_database_url)

    await asyncio.to_thread(migrate.downgrade, scratch_database_url)
    nothing = await shape(scratch_database_url)
    await asyncio.to_thread(migrate.upgrade, scratch_database_url)

    assert nothing == set()
    assert await shape(scratch_database_url) == before != set()


async def test_tables_and_migrations_agree(
    database_url: str, scratch_database_url: str
) -> None:
    await asyncio.to_thread(migrate.downgrade, scratch_database_url)
    engine = open_engine(scratch_database_url, max_size=1, name="tests")
    async with engine.begin() as db:
        await db.run_sync(metadata.create_all)
    await engine.dispose()

    await asyncio.to_thread(migrate.check, database_url)

    assert await shape(scratch_database_url) == await shape(database_url)


async def test_two_concurrent_migrations_run_one_after_the_other(
    scratch_database_url: str,
) -> None:
    await asyncio.to_thread(migrate.downgrade, scratch_database_url)
    program = (sys.executable, "-m", "app", "migrate")
    environment = os.environ | {"DATABASE_URL": scratch_database_url}

    both = [
        await asyncio.create_subprocess_exec(*program, env=environment)
        for _ in range(2)
    ]

    assert [await each.wait() for each in both] == [0, 0]
    assert await migrate.is_current(scratch_database_url)


async def test_a_current_database_is_known_as_such(scratch_database_url: str) -> None:
    current = await migrate.is_current(scratch_database_url)
    await asyncio.to_thread(migrate.downgrade, scratch_database_url)

    assert current
    assert not await migrate.is_current(scratch_database_url)


async def test_a_database_of_a_newer_program_is_current(
    scratch_database_url: str,
) -> None:
    db = await connect(scratch_database_url)
    await db.execute("UPDATE alembic_version SET version_num = 'of_a_newer_program'")
    await db.close()

    assert await migrate.is_current(scratch_database_url)


@pytest.mark.parametrize(
    ("before", "revision", "index"),
    [
        ("0002", "0003", "ix_accounts_email_key"),
        ("0002", "0003", "ix_refresh_tokens_with_successor"),
        ("0004", "0005", "ix_movies_by_title_key"),
        ("0004", "0005", "ix_rooms_by_name_key"),
        ("0006", "0007", "ix_rooms_cinema_id"),
        ("0009", "0010", "uq_seats_one_place"),
        ("0009", "0010", "uq_seats_one_label"),
        ("0015", "0016", "ix_reservations_in_session"),
        ("0024", "0025", "uq_claims_id"),
        ("0024", "0025", "ix_claims_of_holder"),
    ],
)
async def test_a_migration_makes_an_invalid_index_again(
    scratch_database_url: str, before: str, revision: str, index: str
) -> None:
    await asyncio.to_thread(migrate.downgrade, scratch_database_url, revision)
    db = await connect(scratch_database_url)
    await db.execute(MAKE_INVALID, index)
    await db.execute("UPDATE alembic_version SET version_num = $1", before)

    await asyncio.to_thread(migrate.upgrade, scratch_database_url, revision)

    valid = await db.fetchval(INDEX_IS_VALID, index)
    await db.close()
    assert valid is True


async def test_the_count_of_extensions_can_be_added_again_after_an_interruption(
    database_url: str, scratch_database_url: str
) -> None:
    await asyncio.to_thread(migrate.downgrade, scratch_database_url, "0012")
    db = await connect(scratch_database_url)
    await db.execute("UPDATE alembic_version SET version_num = '0011'")
    await db.close()

    await asyncio.to_thread(migrate.upgrade, scratch_database_url)

    assert await shape(scratch_database_url) == await shape(database_url)


async def test_the_tables_of_money_can_be_added_again_after_an_interruption(
    database_url: str, scratch_database_url: str
) -> None:
    await asyncio.to_thread(migrate.downgrade, scratch_database_url, "0018")
    db = await connect(scratch_database_url)
    await db.execute("DROP INDEX ix_payment_effects_due")
    await db.execute("ALTER TABLE claims DROP CONSTRAINT fk_claims_refund_id")
    await db.execute("UPDATE alembic_version SET version_num = '0017'")
    await db.close()

    await asyncio.to_thread(migrate.upgrade, scratch_database_url)

    assert await shape(scratch_database_url) == await shape(database_url)
