"""`make run`: it starts, recovers, keeps its data and leaves no process behind."""

import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx2
import pytest

from app.explorer import BUILT
from stack.embedded.ports import ReservedPort, is_free
from tests.support.processes import wait_until_gone
from tests.support.run import COMMAND, RunUnderTest, started_run

# One worker of xdist: the tests share the first start, which takes longest.
pytestmark = pytest.mark.xdist_group("run")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a run that was started and stopped once."""
    folder = tmp_path_factory.mktemp("run") / "planted"
    reserved = ReservedPort()
    with started_run(folder, reserved.number) as run:
        output = run.wait_until_ready()
        assert run.end(signal.SIGTERM) == (0, "")
    reserved.close()
    assert "Creating the database (the first time only) ...\n" in output
    return folder


def has_ipv6() -> bool:
    try:
        return is_free("::1", 0)
    except OSError:
        return False


@pytest.fixture
def folder(planted: Path, tmp_path: Path) -> Path:
    return shutil.copytree(planted, tmp_path / "data")


@pytest.fixture
def port() -> Iterator[int]:
    reserved = ReservedPort()
    yield reserved.number
    reserved.close()


async def _execute(run: RunUnderTest, sql: str) -> list[int]:
    db = await asyncpg.connect(run.settings()["DATABASE_URL"])
    try:
        return [row[0] for row in await db.fetch(sql)]
    finally:
        await db.close()


async def test_a_stop_in_order_keeps_the_data_and_leaves_no_process(
    folder: Path, port: int
) -> None:
    with started_run(folder, port) as run:
        run.wait_until_ready()
        assert run.answers()
        await _execute(run, "CREATE TABLE kept AS SELECT 7 AS number")
        processes = run.descendants()
        assert len(processes) >= 5

        assert run.end(signal.SIGTERM) == (0, "")

        assert wait_until_gone(processes, seconds=0) == set()
        assert not (folder / "run.json").exists()

    with started_run(folder, port) as run:
        output = run.wait_until_ready()
        assert await _execute(run, "SELECT number FROM kept") == [7]
        assert ("  Explorer http" in output) is (BUILT / "index.html").is_file()
        assert "Creating" not in output
        assert "Planting" not in output


async def test_a_kill_keeps_the_data_and_leaves_no_process(
    folder: Path, port: int
) -> None:
    with started_run(folder, port) as run:
        run.wait_until_ready()
        await _execute(run, "CREATE TABLE kept AS SELECT 7 AS number")
        processes = run.descendants()

        run.end(signal.SIGKILL)

        assert wait_until_gone(processes, seconds=2) == set()

    with started_run(folder, port) as run:
        run.wait_until_ready()
        assert await _execute(run, "SELECT number FROM kept") == [7]


def test_a_kill_while_it_starts_leaves_no_process(tmp_path: Path, port: int) -> None:
    with started_run(tmp_path / "data", port) as run:
        assert run.process.stdout and run.process.stdout.readline()
        while not run.descendants():
            pass
        processes = run.descendants()

        run.end(signal.SIGKILL)

        assert wait_until_gone(processes, seconds=15) == set()


def test_ctrl_c_while_it_starts_stops_it(tmp_path: Path, port: int) -> None:
    with started_run(tmp_path / "data", port) as run:
        assert run.process.stdout and run.process.stdout.readline()

        assert run.end(signal.SIGINT) == (0, "")


def test_it_ends_with_the_make_that_started_it(folder: Path, port: int) -> None:
    stands_in_for_make = (
        "import os, subprocess, sys;"
        "subprocess.run(sys.argv[1:], env=os.environ | {'STOP_WITH_PARENT': '1'})"
    )
    command = [sys.executable, "-c", stands_in_for_make, *COMMAND]
    with started_run(folder, port, command) as run:
        run.wait_until_ready()
        processes = run.descendants()

        run.process.kill()

        assert wait_until_gone(processes, seconds=15) == set()


async def test_whatever_dies_is_started_again(folder: Path, port: int) -> None:
    with started_run(folder, port) as run:
        run.wait_until_ready()
        settings = run.settings()
        killed = run.children()
        assert killed.keys() == {"Postgres", "Valkey", "Broker", "API", "Worker"}

        for pid in killed.values():
            os.kill(pid, signal.SIGKILL)
        run.wait_until_it_answers_again(killed)

        assert run.settings() == settings
        assert await _execute(run, "SELECT 7") == [7]
        assert run.end(signal.SIGTERM) == (0, "")


def test_each_address_that_it_prints_answers(
    folder: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of IPv6 too, and no explorer that is off."""
    monkeypatch.setenv("EXPLORER", "false")
    monkeypatch.setenv("HOST", "::1" if has_ipv6() else "127.0.0.1")
    with started_run(folder, port) as run:
        output = run.wait_until_ready()
        pages = re.findall(r"http://[^\s)]+", output)
        statuses = {page: httpx2.get(page).status_code for page in pages}

    assert {urlsplit(page).path: status for page, status in statuses.items()} == {
        "/graphql": 400,  # no query
        "/healthz": 200,
        "/readyz": 200,
        "/metrics": 200,
    }
    assert len(statuses) == 5
    assert "Explorer" not in output


def test_several_run_side_by_side(folder: Path, port: int) -> None:
    second_port = ReservedPort()
    second_folder = shutil.copytree(folder, folder.with_name("second"))
    with (
        started_run(folder, port) as first,
        started_run(second_folder, second_port.number) as second,
    ):
        first.wait_until_ready()
        second.wait_until_ready()

        assert first.answers() and second.answers()
        for setting in ("DATABASE_URL", "REDIS_URL", "KAFKA_BOOTSTRAP_SERVERS"):
            assert first.settings()[setting] != second.settings()[setting]
    second_port.close()


def test_a_folder_in_use_is_refused(folder: Path, port: int) -> None:
    second_port = ReservedPort()
    with started_run(folder, port) as first:
        first.wait_until_ready()

        with started_run(folder, second_port.number) as second:
            complaint = (
                f"The data folder {folder} is in use by another run (process "
                f"{first.process.pid}): "
                "stop that one, or set DATA_DIR to another folder.\n"
            )
            assert second.end() == (1, complaint)

        assert first.answers()
    second_port.close()


def test_a_folder_of_another_version_is_refused(folder: Path, port: int) -> None:
    (folder / "VERSION").write_text("cinema-tickets data 2 (Postgres 20)\n")

    with started_run(folder, port) as run:
        complaint = (
            f"The data folder {folder} holds cinema-tickets data 2 (Postgres 20), "
            "not cinema-tickets data 1 (Postgres 18, Valkey 9): "
            "set DATA_DIR to another folder, or move this one elsewhere.\n"
        )
        assert run.end() == (1, complaint)


def test_a_taken_port_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with started_run(tmp_path / "data", port) as run:
            complaint = (
                f"Port {port} on 127.0.0.1 is taken by another program: stop that "
                f"one, or choose another port, as in `make run PORT={port + 1}`.\n"
            )
            assert run.end() == (1, complaint)
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_server_that_does_not_come_up_is_named(folder: Path, port: int) -> None:
    (folder / "postgres" / "postgresql.conf").write_text("nonsense")

    with started_run(folder, port) as run:
        code, complaint = run.end()

    assert code == 1
    message, _, log = complaint.partition(" It ends:\n")
    assert message == (
        f"Postgres did not come up (exit code 1): read why in {folder}"
        "/logs/postgres.log, and try again when that is mended."
    )
    assert "postgresql.conf" in log


def test_a_setting_that_cannot_be_used_is_told(
    folder: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_LEVEL", "loud")

    with started_run(folder, port) as run:
        code, complaint = run.end()

    assert code == 1
    assert "did not come up: Settings are missing or wrong (LOG_LEVEL: " in complaint


@pytest.mark.parametrize("port", ["cinema", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(port: str, tmp_path: Path) -> None:
    with started_run(tmp_path / "data", port) as run:  # type: ignore[arg-type] # on purpose
        assert run.end() == (
            1,
            f"PORT is {port!r}: set it to a number from 1 to 65535.\n",
        )
    assert not (tmp_path / "data").exists()
