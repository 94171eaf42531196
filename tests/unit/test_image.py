"""What the image has: all that its processes import, no stack/ and no sandbox/."""

import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def copied() -> list[str]:
    """What the image of the programs takes from the checkout."""
    _, _, program = (ROOT / "Dockerfile").read_text("utf-8").partition(" AS program\n")
    stage, _, _ = program.partition("\nFROM ")
    return [
        path.rstrip("/")
        for path in re.findall(r"^COPY ([\w./]+) ", stage, re.MULTILINE)
    ]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    for path in copied():
        (tmp_path / path).symlink_to(ROOT / path)
    return tmp_path


def python(image: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=image,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_build_gets_all_that_the_image_copies() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    allowed = [line[1:] for line in lines if line.startswith("!")]
    excluded = [line for line in lines if line and line[0] not in "!#*"]

    paths = copied()

    assert {"app", "LICENSE"} <= set(paths)
    assert "stack" not in paths
    assert "stack" not in allowed
    assert "sandbox" not in paths
    assert "sandbox" not in allowed
    assert set(paths) <= set(allowed)
    assert not [p for p in paths if any(fnmatch(p, each) for each in excluded)]


@pytest.mark.parametrize("module", ["app.asgi", "app.worker", "app.commands.prepare"])
def test_the_processes_need_nothing_else(image: Path, module: str) -> None:
    imported = python(image, "-c", f"import {module}")

    assert (imported.returncode, imported.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [["run"], ["cluster", "status"]])
def test_commands_that_start_servers_say_that_they_are_not_there(
    image: Path, arguments: list[str]
) -> None:
    refused = python(image, "-m", "app", *arguments)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"`{arguments[0]}` is not in this image: it starts servers with stack/, "
        "which only a checkout of the project has.\n"
    )
