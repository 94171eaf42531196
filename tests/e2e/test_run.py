"""`make run`: it starts, recovers, keeps its data and leaves no process behind."""

import os
import re
import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx2
import pytest

from app.explorer import BUILT
from stack.embedded.ports import is_free
from tests.support.processes import wait_until_gone
from tests.support.run import COMMAND, RunUnderTest, started_run


def has_ipv6() -> bool:
    try:
        return is_free("::1", 0)
    except OSError:
        return False


async def _execute(run: RunUnderTest, sql: str) -> list[int]:
    db = await asyncpg.connect(run.settings()["DATABASE_URL"])
    try:
        return [row[0] for row in await db.fetch(sql)]
    finally:
        await db.close()


async def test_a_stop_in_order_and_a_kill_keep_the_data_and_leave_no_process(
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
        await _execute(run, "UPDATE kept SET number = 8")
        processes = run.descendants()

        run.end(signal.SIGKILL)

        assert wait_until_gone(processes, seconds=2) == set()

    with started_run(folder, port) as run:
        run.wait_until_ready()
        assert await _execute(run, "SELECT number FROM kept") == [8]


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


async def test_whatever_dies_is_started_again(running: RunUnderTest) -> None:
    settings = running.settings()
    killed = running.children()
    assert killed.keys() == {"Postgres", "Valkey", "Broker", "API", "Worker"}

    for pid in killed.values():
        os.kill(pid, signal.SIGKILL)
    running.wait_until_it_answers_again(killed)

    assert running.settings() == settings
    assert await _execute(running, "SELECT 7") == [7]


def test_each_address_that_it_prints_answers(
    running: RunUnderTest, folder: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of IPv6 too, beside another run, and no explorer that is off."""
    monkeypatch.setenv("EXPLORER", "false")
    monkeypatch.setenv("HOST", "::1" if has_ipv6() else "127.0.0.1")
    with started_run(folder, port) as run:
        output = run.wait_until_ready()
        assert running.answers()
        for setting in ("DATABASE_URL", "REDIS_URL", "KAFKA_BOOTSTRAP_SERVERS"):
            assert running.settings()[setting] != run.settings()[setting]
        pages = re.findall(r"http://[^\s)]+", output)
        statuses = {page: httpx2.get(page).status_code for page in pages}

    assert {urlsplit(page).path: status for page, status in statuses.items()} == {
        "/": 200,
        "/graphql": 400,  # no query
        "/healthz": 200,
        "/readyz": 200,
        "/metrics": 200,
    }
    assert len(statuses) == 6
    assert "Explorer" not in output
