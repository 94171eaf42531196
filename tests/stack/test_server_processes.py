"""How the embedded servers start, under which user, and how they end."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.errors import CommandError
from stack.embedded import launch
from stack.embedded.broker import Broker
from stack.embedded.data_folder import DataFolder
from stack.embedded.postgres import Postgres
from stack.embedded.process_user import ProcessUser
from tests.stack.queries import numbers_in
from tests.support.embedded import embedded_stack
from tests.support.processes import descendants, wait_until_gone

ROOT = Path(__file__).parents[2]
needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can become another"
)


def test_a_server_that_does_not_come_up_names_its_log(folder: DataFolder) -> None:
    postgres = Postgres(folder)
    postgres.create()
    (folder.path / "postgres" / "postgresql.conf").write_text("nonsense")

    postgres.start()
    with pytest.raises(CommandError) as refused:
        postgres.wait_until_ready()
    postgres.port.close()

    reason, _, ending = str(refused.value).partition(" It ends:\n")
    assert reason == (
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
        await numbers_in(stack.database_url, "CREATE TABLE kept (number int)")
    for module in ("data_folder", "postgres"):
        monkeypatch.setattr(
            f"stack.embedded.{module}.unprivileged_user", lambda: ProcessUser.NOBODY
        )

    with embedded_stack(open_folder / "data") as stack:
        user = _user_of(stack.postgres.pid)
        numbers = await numbers_in(stack.database_url, "SELECT count(*) FROM kept")

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
