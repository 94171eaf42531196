"""The programs sell, migrate nothing, and cannot delete what was sold."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from app.commands import arguments
from domain.sales import PaymentService
from persistence import migrate
from persistence.postgres.housekeeping import delete_old_rows
from persistence.postgres.pool import Pool, open_pool
from persistence.postgres.replica import REPLAYED, WRITTEN
from persistence.sales.ledger import PostgresLedger
from stack.embedded.postgres import binary
from tests.support.cinema import Cinema
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.polling import eventually
from tests.support.realtime import Worker
from tests.support.sale_events import hold, until_outbox_is_empty

HERE = Path(__file__).parents[2]
FORBIDDEN = (
    "DROP TABLE claims",
    "ALTER TABLE payments ADD COLUMN note text",
    "ALTER TABLE session_seats DISABLE TRIGGER ALL",
    "DROP INDEX uq_claims_one_open",
    "TRUNCATE outbox",
    "TRUNCATE idempotency_keys",
    "DELETE FROM payments",
    "DELETE FROM reservations",
    "DELETE FROM accounts",
    "UPDATE alembic_version SET version_num = '9999'",
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "CREATE SCHEMA mine",
    "CREATE ROLE friend SUPERUSER",
    "ALTER ROLE cinema_program SUPERUSER",
    "SET ROLE cinema_owner",
    "COPY accounts TO PROGRAM 'cat'",
    "SELECT pg_read_file('postgresql.conf')",
)
FOREIGN = """
SELECT oid::regclass::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S', 'i', 'c')
  AND relowner <> 'cinema_owner'::regrole
UNION ALL
SELECT oid::regtype::text FROM pg_type
WHERE typnamespace = 'public'::regnamespace AND typowner <> 'cinema_owner'::regrole
"""


def as_role(role: str, url: str) -> str:
    parts = urlsplit(url)
    netloc = f"{role}:of-{role}@{parts.hostname}:{parts.port}"
    return parts._replace(netloc=netloc).geturl()


def make_roles(superuser_url: str) -> None:
    parts = urlsplit(superuser_url)
    netloc = f"{parts.username}@{parts.hostname}:{parts.port}"
    subprocess.run(
        ["/bin/sh", str(HERE / "deploy" / "roles.sh")],
        check=True,
        env={
            "PATH": f"{Path(binary('psql')).parent}:{os.environ['PATH']}",
            "SUPERUSER_URL": parts._replace(netloc=netloc).geturl(),
            "PGPASSWORD": str(parts.password),
            "OWNER_PASSWORD": "of-cinema_owner",
            "PROGRAM_PASSWORD": "of-cinema_program",
            "REWIND_PASSWORD": "of-rewinder",
        },
    )


def urls(owner_url: str) -> dict[str, str]:
    """As the job and operators give them to a command: of both roles."""
    return {
        "DATABASE_URL": owner_url.replace("cinema_owner", "cinema_program"),
        "DATABASE_OWNER_URL": owner_url,
    }


def command(name: str, owner_url: str, folder: Path) -> str:
    return subprocess.run(
        [sys.executable, "-m", "app", name],
        check=True,
        cwd=HERE,
        env=os.environ | urls(owner_url) | {"DATA_DIR": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


@pytest.fixture
def owner_url(scratch_database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The superuser has made the tables, before there was an owner."""
    make_roles(scratch_database_url)
    url = as_role("cinema_owner", scratch_database_url)
    with monkeypatch.context() as patch:
        for name, value in urls(url).items():
            patch.setenv(name, value)
        assert arguments.main(["migrate"]) == 0
    return url


@pytest.fixture
async def scratch_pool(owner_url: str) -> AsyncIterator[Pool]:
    """Of the programs; `worker` works with it too."""
    url = owner_url.replace("cinema_owner", "cinema_program")
    pool = await open_pool(url, max_size=8, name="tests")
    yield pool
    await pool.close()


async def test_the_programs_hold_sell_and_tell(
    scratch_pool: Pool, worker: Worker
) -> None:
    cinema = Cinema(scratch_pool)
    show = await cinema.open_session(seats=2)
    worker.start()

    reservation = await hold(cinema, show, 0)

    async def payment_is_open() -> bool:
        return bool(await scratch_pool.fetchval("SELECT count(*) FROM payments"))

    await eventually(payment_is_open)
    payment = await scratch_pool.fetchval("SELECT id FROM payments")
    service = PaymentService(PostgresLedger(scratch_pool), NoSeatLocks(), NoWakeup())
    await service.approve_payment(payment, reservation.customer_id)
    await until_outbox_is_empty(cinema)
    await delete_old_rows(scratch_pool)
    assert await cinema.seat_states(show) == [("SOLD", 3), ("AVAILABLE", 1)]


async def test_the_programs_know_how_far_the_servers_are(scratch_pool: Pool) -> None:
    assert await scratch_pool.fetchval(f"SELECT {WRITTEN}") > 0
    assert await scratch_pool.fetchval(str(REPLAYED)) is None


async def is_refused(pool: Pool, statement: str) -> bool:
    try:
        await pool.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return True
    return False


async def test_the_programs_may_do_nothing_else(scratch_pool: Pool) -> None:
    allowed = [each for each in FORBIDDEN if not await is_refused(scratch_pool, each)]

    assert allowed == []


async def test_all_goes_to_the_owner_who_is_no_superuser(owner_url: str) -> None:
    db = await asyncpg.connect(owner_url)

    foreign = await db.fetch(FOREIGN)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await db.execute("CREATE ROLE friend")

    await db.close()
    assert foreign == []


def test_the_owner_makes_the_tables_and_the_programs_add_the_demo_data(
    owner_url: str, scratch_database_url: str, tmp_path: Path
) -> None:
    migrate.downgrade(owner_url)

    prepared = command("prepare", owner_url, tmp_path)
    make_roles(scratch_database_url)  # as every start of the servers does
    again = command("prepare", owner_url, tmp_path)

    assert prepared.startswith("Migrating the database ...\nAdding the demo data ...")
    assert again == ""
    assert command("seed", owner_url, tmp_path) == "Nothing new to add today.\n"
