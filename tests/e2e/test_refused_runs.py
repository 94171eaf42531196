"""`make run` says in a sentence why it does not start, and leaves nothing behind."""

import socket
from pathlib import Path

import pytest

from tests.support.run import RunUnderTest, started_run


def test_a_folder_in_use_is_refused(running: RunUnderTest, port: int) -> None:
    with started_run(running.folder, port) as second:
        complaint = (
            f"The data folder {running.folder} is in use by another run (process "
            f"{running.process.pid}): "
            "stop that one, or set DATA_DIR to another folder.\n"
        )
        assert second.end() == (1, complaint)

    assert running.answers()


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
