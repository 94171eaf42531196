"""Each scenario of the load test still finds what it needs, and no wrong answer."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from loadtest.__main__ import SCENARIOS
from loadtest.comparison import FIGURES
from tests.support.browser import find_chromium, refuse_an_older
from tests.support.run import ROOT, RunUnderTest

# With few users, since no time is measured here.
USERS = {
    "storm": 5,
    "crowd": 5,
    "best": 3,
    "bystanders": 5,
    "readers": 2,
    "noop": 3,
    "map": 3,
    "watchers": 2,
    "expiries": 1,
}
NOT_PLAYED = {"webhooks", "door"}  # they need more than a run, or sell too much


def test_no_scenario_is_forgotten() -> None:
    assert USERS.keys() | NOT_PLAYED | {"page"} == set(SCENARIOS)


def play(run: RunUnderTest, scenario: str, users: int, *options: str) -> None:
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "loadtest",
            str(users),
            "--scenario",
            scenario,
            *options,
        ],
        cwd=ROOT,
        env=os.environ | {"DATA_DIR": str(run.folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("scenario", USERS)
def test_a_scenario(running: RunUnderTest, scenario: str) -> None:
    short = ("--seconds", "0.5", "--noop-seconds", "0.1")
    play(running, scenario, USERS[scenario], *short)


def test_the_page_is_measured(running: RunUnderTest, tmp_path: Path) -> None:
    find_chromium()
    refuse_an_older("shop")

    play(running, "page", 1, "--json", str(tmp_path / "page.json"))

    rows = json.loads((tmp_path / "page.json").read_text("utf-8"))["latency_ms"]
    assert all(figure.field in rows[figure.row] for figure in FIGURES["page"])
