"""What `backup.sh verify` says of base backups, and what `tidy` leaves for them."""

import fcntl
import os
import subprocess
import time
from pathlib import Path

import pytest

from stack.embedded.postgres import binary

SCRIPT = Path(__file__).parents[2] / "deploy" / "backup.sh"
PROGRAMS = Path(binary("pg_archivecleanup")).parent
SEGMENT_BYTES = 16 * 1024 * 1024
MANIFEST = """\
{{ "PostgreSQL-Backup-Manifest-Version": 2,
"Files": [
{{ "Path": "backup_label", "Size": {size}, "Last-Modified": "2026-11-25 03:00:00 GMT" }}
],
"WAL-Ranges": [
{{ "Timeline": 1, "Start-LSN": "0/{start:02X}000028", "End-LSN": "0/{end:02X}000120" }}
],
"""


class Backup:
    """A folder as `wal` and `base` leave it, with sparse files in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wal = folder / "wal"
        self.wal.mkdir(parents=True)

    def receive(self, *names: str) -> None:
        for name in names:
            with (self.wal / name).open("wb") as file:
                file.truncate(SEGMENT_BYTES)

    def add_base(self, name: str, start: int, end: int, hours_old: float = 1) -> Path:
        base = self.folder / f"base-{name}"
        base.mkdir()
        label = f"START WAL LOCATION: 0/{start:02X}000028 (file {segment(start)})\n"
        (base / "backup_label").write_text(label)
        manifest = base / "backup_manifest"
        manifest.write_text(MANIFEST.format(size=len(label), start=start, end=end))
        at = time.time() - hours_old * 3_600
        os.utime(manifest, (at, at))
        return base

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["/bin/sh", str(SCRIPT), *arguments],
            check=False,
            capture_output=True,
            text=True,
            env={
                "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
                "BACKUP_DIR": str(self.folder),
            },
        )

    def metric(self, name: str) -> float:
        lines = (self.folder / "backup.prom").read_text().splitlines()
        [value] = [line.split()[1] for line in lines if line.startswith(f"{name} ")]
        return float(value)


def segment(number: int, timeline: int = 1) -> str:
    return f"{timeline:08X}{0:08X}{number:08X}"


@pytest.fixture
def backup(tmp_path: Path) -> Backup:
    return Backup(tmp_path / "a backup")


def test_a_base_with_all_changes_can_be_restored_to_the_last_of_them(
    backup: Backup,
) -> None:
    backup.receive(segment(2), segment(3), segment(4) + ".partial")
    last = 1_764_400_000
    os.utime(backup.wal / (segment(4) + ".partial"), (last, last))
    backup.add_base("2026-11-25T030000Z", start=2, end=2)

    verified = backup.run("verify")

    assert (verified.returncode, verified.stderr) == (0, "")
    assert verified.stdout.startswith("base-2026-11-25T030000Z can be restored, to any")
    assert verified.stdout.endswith(" to 2025-11-29T07:06:40Z\n")
    assert backup.metric('cinema_backup_bases{restorable="yes"}') == 1
    assert backup.metric('cinema_backup_bases{restorable="no"}') == 0
    newest = backup.metric("cinema_backup_newest_base_timestamp_seconds")
    assert newest == pytest.approx(time.time() - 3_600, abs=60)


def test_a_base_whose_first_change_was_never_received_cannot_be_restored(
    backup: Backup,
) -> None:
    backup.receive(segment(3), segment(4))
    backup.add_base("2026-11-25T030000Z", start=2, end=3)

    verified = backup.run("verify")

    assert verified.returncode == 1
    assert verified.stdout == (
        "base-2026-11-25T030000Z CANNOT be restored: "
        "segment 0000000000000002 is missing\n"
    )
    assert backup.metric('cinema_backup_bases{restorable="no"}') == 1
    assert backup.metric("cinema_backup_newest_base_timestamp_seconds") == 0


def test_a_gap_behind_the_base_ends_what_can_be_restored(backup: Backup) -> None:
    backup.receive(segment(2), segment(3), segment(5))
    for name, at in ((segment(3), 1_764_400_000), (segment(5), 1_764_486_400)):
        os.utime(backup.wal / name, (at, at))
    backup.add_base("2026-11-25T030000Z", start=2, end=2)

    assert backup.run("verify").stdout.endswith(" to 2025-11-29T07:06:40Z\n")


def test_segments_are_counted_past_the_end_of_a_log_file(backup: Backup) -> None:
    last, first = f"{1:08X}{0:08X}{255:08X}", f"{1:08X}{1:08X}{0:08X}"
    backup.receive(last, first)
    base = backup.add_base("2026-11-25T030000Z", start=255, end=255)
    manifest = (base / "backup_manifest").read_text()
    manifest = manifest.replace('"End-LSN": "0/FF', '"End-LSN": "1/00')
    (base / "backup_manifest").write_text(manifest)

    assert backup.run("verify").returncode == 0
    (backup.wal / first).unlink()
    assert "segment 0000000100000000 is missing" in backup.run("verify").stdout


def test_a_failover_needs_the_history_of_its_timeline(backup: Backup) -> None:
    backup.receive(segment(2), segment(3), segment(3, timeline=2))
    backup.add_base("2026-11-25T030000Z", start=2, end=2)

    assert "00000002.history is missing" in backup.run("verify").stdout
    (backup.wal / "00000002.history").touch()
    assert backup.run("verify").returncode == 0


@pytest.mark.parametrize("damage", ["shorter", "gone"])
def test_a_damaged_base_cannot_be_restored(backup: Backup, damage: str) -> None:
    backup.receive(segment(2))
    label = backup.add_base("2026-11-25T030000Z", start=2, end=2) / "backup_label"
    if damage == "gone":
        label.unlink()
    else:
        label.write_text("START")

    verified = backup.run("verify")

    assert verified.returncode == 1
    assert "its file backup_label is missing or has another size" in verified.stdout


def test_an_old_base_or_none_is_an_error(backup: Backup) -> None:
    assert backup.run("verify").stderr == (
        "there is no base backup that can be restored\n"
    )
    backup.receive(segment(2))
    backup.add_base("2026-11-23T030000Z", start=2, end=2, hours_old=27)

    verified = backup.run("verify")

    assert verified.returncode == 1
    assert "older than 26 hours" in verified.stderr


def test_tidy_keeps_what_the_base_with_the_oldest_change_needs(backup: Backup) -> None:
    names = [segment(number) for number in range(1, 6)]
    backup.receive(*names)
    # The clock went back between the two: the name of the older one is later.
    backup.add_base("2026-11-25T040000Z", start=3, end=3)
    backup.add_base("2026-11-25T030000Z", start=4, end=4)

    tidied = backup.run("tidy")

    assert (tidied.returncode, tidied.stderr) == (0, "")
    assert sorted(each.name for each in backup.wal.iterdir()) == names[2:]


def test_tidy_deletes_nothing_while_it_does_not_know_what_is_needed(
    backup: Backup,
) -> None:
    backup.receive(segment(1), segment(2))
    (backup.add_base("2026-11-25T030000Z", 2, 2) / "backup_label").unlink()

    tidied = backup.run("tidy")

    assert (tidied.returncode, "all WAL stays" in tidied.stderr) == (1, True)
    assert len(list(backup.wal.iterdir())) == 2


def test_tidy_does_not_run_beside_a_base_backup(backup: Backup) -> None:
    backup.receive(segment(1), segment(2))
    backup.add_base("2026-11-25T030000Z", 2, 2)
    with (backup.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        tidied = backup.run("tidy")

    assert (tidied.returncode, "is being made" in tidied.stderr) == (1, True)
    assert len(list(backup.wal.iterdir())) == 2
