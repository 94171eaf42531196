"""The embedded servers themselves."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError

from runtime.errors import CommandError
from runtime.private_files import write_private
from stack.embedded import launch, ports
from stack.embedded.broker import Broker
from stack.embedded.data_folder import VERSION, DataFolder
from stack.embedded.postgres import Postgres
from stack.embedded.process_user import ProcessUser
from stack.embedded.server import Server
from stack.embedded.valkey import Valkey
from tests.support.embedded import EmbeddedStack, embedded_stack
from tests.support.processes import descendants, wait_until_gone

ROOT = Path(__file__).parents[2]
needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can become another"
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    with embedded_stack(tmp_path_factory.mktemp("embedded")) as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    with DataFolder(tmp_path / "data") as claimed:
        yield claimed


async def _numbers(database_url: str, sql: str) -> list[int]:
    db = await asyncpg.connect(database_url)
    try:
        return [row[0] for row in await db.fetch(sql)]
    finally:
        await db.close()


class TestPostgres:
    async def test_keeps_what_was_committed_before_a_kill(
        self, stack: EmbeddedStack
    ) -> None:
        await _numbers(stack.database_url, "CREATE TABLE kept (number int)")
        await _numbers(stack.database_url, "INSERT INTO kept VALUES (7)")
        url = stack.database_url

        stack.postgres.kill()
        stack.postgres.start()

        assert stack.database_url == url
        assert await _numbers(url, "SELECT number FROM kept") == [7]

    async def test_is_postgres_18_and_syncs(self, stack: EmbeddedStack) -> None:
        wanted = "('fsync', 'synchronous_commit', 'full_page_writes')"
        db = await asyncpg.connect(stack.database_url)
        version = db.get_server_version()
        rows = await db.fetch(
            f"SELECT setting FROM pg_settings WHERE name IN {wanted}"  # noqa: S608
        )
        await db.close()

        assert version.major == 18
        assert [row[0] for row in rows] == ["on", "on", "on"]

    async def test_asks_for_its_password(self, stack: EmbeddedStack) -> None:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(
                host="127.0.0.1",
                port=stack.postgres.port,
                user="cinema",
                password="wrong",
                database="postgres",
                ssl=False,
            )

    async def test_freezes_and_goes_on(self, stack: EmbeddedStack) -> None:
        db = await asyncpg.connect(stack.database_url)
        stack.postgres.pause()

        with pytest.raises(TimeoutError):
            await db.fetchval("SELECT 1", timeout=0.05)
        stack.postgres.resume()

        assert await _numbers(stack.database_url, "SELECT 2") == [2]
        db.terminate()


class TestValkey:
    async def test_asks_for_its_password(self, stack: EmbeddedStack) -> None:
        once = Retry(NoBackoff(), 0)
        async with Redis(port=stack.valkey.port, retry=once) as stranger:
            with pytest.raises(AuthenticationError):
                await stranger.get("seat")

    async def test_starts_again_on_its_port(self, stack: EmbeddedStack) -> None:
        url = stack.redis_url
        stack.valkey.stop()
        stack.valkey.start()

        assert stack.redis_url == url
        async with Redis.from_url(url) as redis:
            assert await redis.ping() is True


def test_the_broker_starts_again_on_its_port(stack: EmbeddedStack) -> None:
    address = stack.kafka_bootstrap

    stack.broker.stop()
    assert ports.ask(stack.broker.port, b"") is None
    stack.broker.start()

    assert stack.kafka_bootstrap == address


class TestPorts:
    def test_a_reserved_port_is_nobody_elses(self) -> None:
        reserved = ports.ReservedPort()

        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", reserved.number))
        assert ports.is_free("127.0.0.1", reserved.number)
        reserved.close()

    @pytest.mark.parametrize("kind", [Postgres, Valkey, Broker])
    def test_a_server_that_was_beaten_to_its_port_takes_another(
        self,
        kind: type[Postgres] | type[Valkey] | type[Broker],
        folder: DataFolder,
    ) -> None:
        beaten: Server = kind(folder)
        if isinstance(beaten, Postgres):
            beaten.create()
        with socket.socket() as thief:
            thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            thief.bind(("127.0.0.1", beaten.port.number))
            thief.listen()
            beaten.start()
            beaten.wait_until_ready()

            assert beaten.port.number != thief.getsockname()[1]
            assert ports.ask(beaten.port.number, b"") == b""
        beaten.kill()
        beaten.port.close()


class TestDataFolder:
    def test_is_for_one_run_at_a_time(self, folder: DataFolder) -> None:
        with pytest.raises(CommandError) as refused:
            DataFolder(folder.path, patience=0)

        assert str(refused.value) == (
            f"The data folder {folder.path} is in use by another run (process "
            f"{os.getpid()}): stop that one, or set DATA_DIR to another folder."
        )

    def test_is_free_when_the_last_child_is_gone(self, tmp_path: Path) -> None:
        first = DataFolder(tmp_path)
        broker = Broker(first)
        broker.start()
        broker.wait_until_ready()

        first.release()
        with pytest.raises(CommandError, match="in use"):
            DataFolder(tmp_path, patience=0)
        broker.kill()
        broker.port.close()

        DataFolder(tmp_path, patience=1).release()

    def test_of_another_version_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "VERSION").write_text("cinema-tickets data 0\n")

        with pytest.raises(CommandError) as refused:
            DataFolder(tmp_path)

        assert str(refused.value) == (
            f"The data folder {tmp_path} holds cinema-tickets data 0, "
            f"not {VERSION.strip()}: "
            "set DATA_DIR to another folder, or move this one away."
        )

    def test_of_somebody_else_is_refused_and_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.txt").touch()

        with pytest.raises(CommandError, match="holds something else"):
            DataFolder(tmp_path)

        assert [inner.name for inner in tmp_path.iterdir()] == ["thesis.txt"]

    def test_whose_first_run_was_killed_early_is_good(self, tmp_path: Path) -> None:
        (tmp_path / "lock").touch()
        (tmp_path / "VERSION").touch()

        DataFolder(tmp_path).release()

        assert (tmp_path / "VERSION").read_text() == VERSION

    def test_shows_nothing_to_others(self, folder: DataFolder) -> None:
        write_private(folder.path / "secret", "sesame")

        assert folder.path.stat().st_mode & 0o777 == 0o700
        assert (folder.path / "secret").stat().st_mode & 0o777 == 0o600

    def test_that_is_a_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "data").touch()

        with pytest.raises(CommandError, match="cannot be used"):
            DataFolder(tmp_path / "data")


def test_a_server_that_does_not_come_up_names_its_log(folder: DataFolder) -> None:
    postgres = Postgres(folder)
    postgres.create()
    (folder.path / "postgres" / "postgresql.conf").write_text("nonsense")

    postgres.start()
    with pytest.raises(CommandError) as refused:
        postgres.wait_until_ready()
    postgres.port.close()

    told, _, ending = str(refused.value).partition(" It ends:\n")
    assert told == (
        "Postgres did not come up (exit code 1): "
        f"read why in {folder.logs}/postgres.log, and try again when that is mended."
    )
    assert "postgresql.conf" in ending


STARTS_AND_WAITS = """
import sys, time
from pathlib import Path
from stack.embedded.data_folder import DataFolder
from stack.embedded import child_process
from stack.embedded.servers import EmbeddedServers

if sys.argv[2] == "watched by a pipe":
    import os
    end = os.pipe()[0]
    child_process.lifeline = lambda: end
stack = EmbeddedServers(DataFolder(Path(sys.argv[1])))
stack.start()
print("started", flush=True)
time.sleep(60)
"""


def _starts_and_waits(
    folder: Path, how: str, *launcher: str
) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*launcher, sys.executable, "-c", STARTS_AND_WAITS, str(folder), how],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


@pytest.mark.parametrize("how", ["watched by the kernel", "watched by a pipe"])
def test_no_server_outlives_its_parent(how: str, tmp_path: Path) -> None:
    with _starts_and_waits(tmp_path, how) as parent:
        assert parent.stdout and parent.stdout.readline() == "started\n"
        servers = descendants(parent.pid)
        assert len(servers) >= 3

        parent.kill()

        assert wait_until_gone(servers, seconds=5) == set()


@needs_root
def test_an_ordinary_user_can_start_it(tmp_path: Path) -> None:
    launcher = [sys.executable, launch.__file__, str(os.getpid()), "9"]
    launcher += [ProcessUser.NAMESPACE, "none"]

    with _starts_and_waits(tmp_path, "watched by the kernel", *launcher) as parent:
        assert parent.stdout and parent.stdout.readline() == "started\n"
        parent.kill()


def _is_open_to_others(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Pytest's own folders are closed to other users."""
    with tempfile.TemporaryDirectory() as path:
        Path(path).chmod(0o711)
        yield Path(path)


def _user_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


@pytest.mark.skipif(
    not _is_open_to_others(Path(sys.prefix, "bin")),
    reason="the environment with Postgres is closed to other users",
)
@needs_root
async def test_root_without_namespaces_becomes_nobody(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded_stack(open_folder / "data") as stack:
        await _numbers(stack.database_url, "CREATE TABLE kept (number int)")
    for module in ("data_folder", "postgres"):
        monkeypatch.setattr(
            f"stack.embedded.{module}.unprivileged_user", lambda: ProcessUser.NOBODY
        )

    with embedded_stack(open_folder / "data") as stack:
        user = _user_of(stack.postgres.pid)
        numbers = await _numbers(stack.database_url, "SELECT count(*) FROM kept")

    assert user == launch.nobody()[0]
    assert numbers == [0]


def test_servers_are_started_by_the_main_thread(folder: DataFolder) -> None:
    broker = Broker(folder)
    refusals: list[RuntimeError] = []

    def start() -> None:
        try:
            broker.start()
        except RuntimeError as refusal:
            refusals.append(refusal)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    broker.port.close()

    assert [str(refusal) for refusal in refusals] == [
        "only the main thread starts child processes"
    ]
