"""The folder that a run keeps its data in."""

import os
from pathlib import Path

import pytest

from runtime.errors import CommandError
from runtime.private_files import write_private
from stack.embedded.broker import Broker
from stack.embedded.data_folder import VERSION, DataFolder


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
            "set DATA_DIR to another folder, or move this one elsewhere."
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
