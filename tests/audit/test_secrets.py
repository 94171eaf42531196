"""There are no secrets in the history; .gitleaks.toml names what only looks like one.

Skipped without gitleaks; REQUIRE_GITLEAKS=1 fails instead.
"""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.run import ROOT


@pytest.fixture
def gitleaks() -> Path:
    built = sorted((ROOT / ".venv").glob("gitleaks-*"))
    if built:
        return built[-1]
    missing = "There is no gitleaks: `make audit` builds one, or says why it cannot."
    if os.environ.get("REQUIRE_GITLEAKS"):
        pytest.fail(missing)
    pytest.skip(missing)


def leaks(gitleaks: Path, folder: Path, *options: str) -> str:
    """What it found; nothing when it found none."""
    searched = subprocess.run(
        [
            *(str(gitleaks), "git", "--no-banner", "--redact", "--verbose", *options),
            *("--config", str(ROOT / ".gitleaks.toml"), str(folder)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "scanned" in searched.stderr, searched.stderr
    return searched.stdout + searched.stderr if searched.returncode else ""


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    return subprocess.run(
        ["git", *identity, *arguments],  # noqa: S607 - as everybody's shell finds it
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_the_history(gitleaks: Path) -> None:
    assert git(ROOT, "rev-parse", "--is-shallow-repository") == "false\n"
    assert leaks(gitleaks, ROOT) == ""


def test_what_is_not_committed_yet(gitleaks: Path) -> None:
    assert leaks(gitleaks, ROOT, "--pre-commit") == ""


@pytest.mark.parametrize("line", ["key = '{}'", "max_operations=1, api_key='{}'"])
def test_a_secret_that_was_removed_later_is_found(
    gitleaks: Path, tmp_path: Path, line: str
) -> None:
    file = tmp_path / "tests" / "settings.py"
    file.parent.mkdir()
    git(tmp_path, "init", "--quiet")
    for text in (line.format("ghp_" + "x7Kq9TzR2mVb" * 3), "nothing"):
        file.write_text(text, "utf-8")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "--quiet", "--message", "a change")

    assert "settings.py" in leaks(gitleaks, tmp_path)
