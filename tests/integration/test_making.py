"""`make` without the npm registry: what needs the pages fails, the rest runs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files of git, with the Python dependencies installed."""
    folder = tmp_path / "checkout"
    unbuilt = shutil.ignore_patterns("node_modules", "dist", "building", "generated")
    shutil.copytree(ROOT / "web", folder / "web", ignore=unbuilt)
    for name in ("Makefile", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, folder)
    (folder / ".venv").mkdir()
    for name in ("runtime.stamp", "dev.stamp"):
        (folder / ".venv" / name).touch()
    return folder


def make(checkout: Path, target: str) -> "subprocess.CompletedProcess[str]":
    """Prints the Python commands instead of running them."""
    return subprocess.run(
        ["make", target, "PY=echo"],  # noqa: S607 # the one on PATH
        cwd=checkout,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        | {
            "npm_config_registry": "http://127.0.0.1:9/",  # no server listens there
            "npm_config_cache": str(checkout / "cache"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_run_goes_on_without_the_pages_and_says_so(checkout: Path) -> None:
    made = make(checkout, "run")

    assert (made.returncode, made.stdout) == (0, "-m app run\n")
    missing = [
        f"THE {page} IS NOT THERE: it could not be built, for the reason above. "
        "The rest starts."
        for page in ("SHOP", "EXPLORER")
    ]
    assert [line for line in made.stderr.splitlines() if "NOT THERE" in line] == missing
    assert made.stderr.splitlines()[-1] == missing[-1]
    assert not list((checkout / "web").glob("*/dist"))


def test_make_test_fails_without_the_pages(checkout: Path) -> None:
    made = make(checkout, "test")

    assert (made.returncode, made.stdout) == (2, "")
    assert not list((checkout / "web").glob("*/dist"))
