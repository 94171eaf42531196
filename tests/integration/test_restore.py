"""A restore brings back the rows of a moment, and nothing later."""

import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from domain.sales import PaymentService
from persistence.postgres.pool import Pool, open_pool
from persistence.sales.ledger import PostgresLedger
from stack.cluster import status
from stack.embedded.data_folder import DataFolder
from stack.embedded.postgres import Postgres
from tests.support.backup_scripts import SEGMENT, Backup
from tests.support.cinema import Cinema, Show
from tests.support.events import open_payment
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.polling import eventually, soon
from tests.support.replicated import Replicating, replicated_postgres
from tests.support.sale_events import hold

# As Patroni writes them: for that folder, and with a standby to wait for.
FORMER = """
hba_file = '/of/another/machine/pg_hba.conf'
ident_file = '/of/another/machine/pg_ident.conf'
synchronous_standby_names = '"postgres-2"'
"""
# As docs/operations.md writes a moment.
MOMENT = """
SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
"""
SLOTS = "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'backup'"


@pytest.fixture
def live(postgres_data: Path, tmp_path: Path) -> Path:
    return shutil.copytree(postgres_data, tmp_path / "live")


@contextmanager
def running(path: Path) -> Iterator[Replicating]:
    with DataFolder(path) as folder:
        postgres = Replicating(folder)
        postgres.start()
        try:
            postgres.wait_until_ready()
            yield postgres
        finally:
            postgres.kill()
            postgres.port.close()


@asynccontextmanager
async def connected(postgres: Postgres) -> AsyncIterator[Pool]:
    pool = await open_pool(postgres.url, max_size=4, name="tests")
    yield pool
    await pool.close()


async def until_restored(pool: Pool) -> None:
    async def is_primary() -> bool:
        return not await pool.fetchval("SELECT pg_is_in_recovery()")

    await eventually(is_primary)


async def sell(pool: Pool, show: Show, seat: int) -> UUID:
    reservation = await hold(Cinema(pool), show, seat)
    payment = await open_payment(pool, reservation.id)
    service = PaymentService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())
    await service.approve_payment(payment, reservation.customer_id)
    return reservation.id


def make_room(restored: Path, live: Path) -> None:
    """A data folder of ours, without a database."""
    restored.mkdir()
    for name in ("VERSION", "postgres-password"):
        shutil.copy(live / name, restored)


async def test_a_restore_to_a_moment_has_every_sale_until_then_and_none_after(
    live: Path, tmp_path: Path
) -> None:
    restored = tmp_path / "restored"
    with running(live) as postgres:
        with (live / "postgres" / "postgresql.conf").open("a") as file:
            file.write(FORMER)
        backup = Backup(tmp_path / "a backup", postgres.url)
        async with connected(postgres) as pool, backup.receiving():
            show = await Cinema(pool).open_session(seats=3)
            before = await sell(pool, show, 0)
            base = await backup.run("backup.sh", "base")
            between = await sell(pool, show, 1)
            moment = await pool.fetchval(MOMENT)
            after = await sell(pool, show, 2)
            await backup.until_received(pool)

    make_room(restored, live)
    await backup.run("restore.sh", base, str(restored / "postgres"), moment)

    with running(restored) as postgres:
        async with connected(postgres) as pool:
            await until_restored(pool)
            confirmed = await pool.fetch(
                "SELECT r.id FROM reservations r JOIN payments p"
                " ON p.reservation_id = r.id"
                " WHERE r.status = 'CONFIRMED' AND p.status = 'APPROVED'"
            )
            states = await Cinema(pool).seat_states(show)
            another = await sell(pool, show, 2)
    assert {row["id"] for row in confirmed} == {before, between}
    assert states == [("SOLD", 3), ("SOLD", 3), ("AVAILABLE", 1)]
    assert another != after


async def test_a_restore_without_a_moment_has_all_that_was_received(
    live: Path, tmp_path: Path
) -> None:
    restored = tmp_path / "restored"
    with running(live) as postgres:
        backup = Backup(tmp_path / "backup", postgres.url)
        async with connected(postgres) as pool, backup.receiving():
            show = await Cinema(pool).open_session(seats=1)
            base = await backup.run("backup.sh", "base")
            await sell(pool, show, 0)
            await backup.until_received(pool)
            await backup.run("backup.sh", "tidy")
            report = await backup.run("backup.sh", "verify")
    assert report.startswith(f"{Path(base).name} can be restored, to any moment from ")

    make_room(restored, live)
    await backup.run("restore.sh", base, str(restored / "postgres"))

    with running(restored) as postgres:
        async with connected(postgres) as pool:
            await until_restored(pool)
            assert await Cinema(pool).seat_states(show) == [("SOLD", 3)]


async def test_a_base_backup_whose_changes_nobody_receives_is_not_made(
    live: Path, tmp_path: Path
) -> None:
    with running(live) as postgres:
        backup = Backup(tmp_path / "backup", postgres.url, patience=1)
        without_slot = await backup.failure("backup.sh", "base")
        async with backup.receiving():
            await backup.run("backup.sh", "base")
        # The slot is there, and the receiver gone.
        async with connected(postgres) as pool:
            for _ in range(2):
                await pool.execute("CREATE TABLE IF NOT EXISTS written ()")
                await pool.execute("DROP TABLE written")
                await pool.fetchval(SEGMENT)
        without_receiver = await backup.failure("backup.sh", "base")

    for complaint in (without_slot, without_receiver):
        assert "no base backup was made: nothing receives" in complaint
    [base] = backup.folder.glob("base-*")
    assert not base.name.endswith(".unfinished")


async def test_a_base_backup_whose_changes_do_not_arrive_is_deleted(
    live: Path, tmp_path: Path
) -> None:
    with running(live) as postgres:
        backup = Backup(tmp_path / "backup", postgres.url, patience=1)
        async with backup.receiving():
            await backup.run("backup.sh", "base")
        # The current segment is there, as if somebody still received it.
        complaint = await backup.failure("backup.sh", "base")

    assert "the base backup was deleted: its segment 0000000100000000" in complaint
    assert len(list(backup.folder.glob("base-*"))) == 1


async def test_what_receives_is_told_of_and_ends_with_its_server_to_find_the_next_one(
    live: Path, tmp_path: Path
) -> None:
    with running(live) as postgres:
        backup = Backup(tmp_path / "backup", postgres.url)
        process = await backup.start("backup.sh", "wal")
        settings = {"DATABASE_OWNER_URL": postgres.url}

        async def is_unavailable() -> bool:
            report = await status._standby(settings)
            return [re.sub(r"\d+", "0", line) for line in report] == [
                "pg_receivewal receives, 0 bytes behind"
            ]

        await eventually(is_unavailable)

    assert await soon(process.wait()) != 0


async def test_a_former_primary_keeps_no_changes_for_the_backup(
    postgres_data: Path, tmp_path: Path
) -> None:
    with replicated_postgres(tmp_path, postgres_data) as servers:
        await servers.on_standby(
            "SELECT pg_create_physical_replication_slot('backup', true)"
        )

        backup = Backup(tmp_path / "backup", servers.url)
        async with backup.receiving():
            await backup.run("backup.sh", "base")

        standby = await asyncpg.connect(servers.standby_url)
        assert await standby.fetchval(SLOTS) == 0
        await standby.close()
