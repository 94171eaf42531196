"""restore.sh refuses what it cannot restore, before it makes a data folder."""

import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"


def run(script: str, *arguments: str | Path, backup: Path) -> tuple[int, str]:
    ran = subprocess.run(
        ["/bin/sh", str(DEPLOY / script), *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        cwd=backup.parent,
        env={"PATH": "/usr/bin:/bin", "BACKUP_DIR": backup.name},
    )
    return ran.returncode, ran.stderr


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    backup = tmp_path / "a backup"
    (backup / "wal").mkdir(parents=True)
    return backup


@pytest.fixture
def base(backup: Path) -> Path:
    base = backup / "base-2026-11-25T030000Z"
    base.mkdir()
    for name in ("backup_manifest", "postgresql.conf", "postgresql.auto.conf"):
        (base / name).touch()
    return base


def test_changes_are_fetched_from_wherever_the_backup_was_named(
    backup: Path, base: Path, tmp_path: Path
) -> None:
    (base / "postgresql.auto.conf").chmod(0o644)
    data = tmp_path / "restored here"

    assert run("restore.sh", base, data, "2026-11-25T18:30:00Z", backup=backup)[0] == 0

    written = (data / "postgresql.auto.conf").read_text("utf-8")
    assert f'restore_command = \'cp "{backup}/wal/%f"' in written
    assert "recovery_target_time = '2026-11-25T18:30:00+00:00'" in written
    assert (data / "recovery.signal").exists()
    assert data.stat().st_mode & 0o777 == 0o700
    assert not data.with_name(f"{data.name}.unfinished").exists()


def test_half_a_base_backup_is_none(backup: Path, base: Path, tmp_path: Path) -> None:
    (base / "backup_manifest").unlink()  # what is written last

    code, said = run("restore.sh", base, tmp_path / "restored", backup=backup)

    assert (code, "half of one" in said) == (1, True)
    assert not (tmp_path / "restored").exists()


def test_what_is_there_is_left_alone(backup: Path, base: Path, tmp_path: Path) -> None:
    (tmp_path / "live").mkdir()

    code, said = run("restore.sh", base, tmp_path / "live", backup=backup)

    assert (code, "is there already" in said) == (1, True)
    assert list((tmp_path / "live").iterdir()) == []


@pytest.mark.parametrize("moment", ["x' #", "%f", "$(id)", "`id`", '"', "\\"])
def test_nothing_is_written_into_a_configuration_that_means_something_there(
    backup: Path, base: Path, tmp_path: Path, moment: str
) -> None:
    code, said = run("restore.sh", base, tmp_path / "restored", moment, backup=backup)

    assert (code, "do without" in said) == (1, True)
    assert not (tmp_path / "restored").exists()


def test_nothing_is_tidied_up_without_a_base_backup(backup: Path) -> None:
    change = backup / "wal" / "000000010000000000000001"
    change.touch()

    assert run("backup.sh", "tidy", backup=backup) == (
        1,
        "there is no base backup: all WAL stays\n",
    )
    assert change.exists()
