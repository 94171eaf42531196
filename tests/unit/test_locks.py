"""The lock files pin each package by its hash, and name no index."""

import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", ["explorer", "shop"])
def test_what_npm_installs_is_pinned_and_comes_from_wherever_the_reader_says(
    page: str,
) -> None:
    lock = json.loads((ROOT / "web" / page / "package-lock.json").read_text("utf-8"))

    packages: dict[str, dict[str, Any]] = lock["packages"]
    del packages[""]  # our own
    assert [name for name in packages if "resolved" in packages[name]] == []
    assert [name for name in packages if "integrity" not in packages[name]] == []


@pytest.mark.parametrize(
    "lock", ["requirements", "requirements-dev", "requirements-node"]
)
def test_what_pip_installs_is_pinned_and_comes_from_wherever_the_reader_says(
    lock: str,
) -> None:
    lines = (ROOT / f"{lock}.lock").read_text("utf-8").splitlines()

    pinned = [line for line in lines if line[:1].isalnum()]
    assert pinned
    assert [line for line in pinned if "==" not in line or line[-1] != "\\"] == []
    assert [
        line for line in lines if "://" in line or "index" in line.split()[:1]
    ] == []
