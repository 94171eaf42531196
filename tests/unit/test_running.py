import json
import os
from pathlib import Path

import pytest

from runtime import run_file
from runtime.errors import CommandError
from stack.embedded.data_folder import DataFolder


def test_a_run_completes_the_environment(tmp_path: Path) -> None:
    content = run_file.as_json({"DATABASE_URL": "run", "REDIS_URL": "run"})
    environ = {"DATA_DIR": str(tmp_path), "REDIS_URL": "explicit"}

    with DataFolder(tmp_path):
        (tmp_path / "run.json").write_text(content)

        assert run_file.require(environ, "DATABASE_URL") == "run"
        assert run_file.require(environ, "REDIS_URL") == "explicit"


def test_a_run_that_was_killed_tells_nothing(tmp_path: Path) -> None:
    """Not even when another process, here our own, has the number that it had."""
    with DataFolder(tmp_path):
        (tmp_path / "run.json").write_text(run_file.as_json({"DATABASE_URL": "run"}))

    with pytest.raises(CommandError) as refused:
        run_file.require({"DATA_DIR": str(tmp_path)}, "DATABASE_URL")

    assert str(refused.value) == (
        f"DATABASE_URL is not set and nothing runs in {tmp_path}: "
        "start it with `make run`, or set DATABASE_URL."
    )


def test_the_file_names_the_run() -> None:
    content = json.loads(run_file.as_json({"PORT": "1"}))

    assert content == {"pid": os.getpid(), "environment": {"PORT": "1"}}
