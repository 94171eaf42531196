"""Each scenario of the load test still finds what it needs, and no wrong answer."""

import os
import subprocess
import sys

import pytest

from loadtest.__main__ import SCENARIOS
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
NOT_PLAYED = {"webhooks", "door", "page"}  # they need more than a run, or sell too much


def test_no_scenario_is_forgotten() -> None:
    assert USERS.keys() | NOT_PLAYED == set(SCENARIOS)


@pytest.mark.parametrize("scenario", USERS)
def test_a_scenario(running: RunUnderTest, scenario: str) -> None:
    users, short = str(USERS[scenario]), ("--seconds", "0.5", "--noop-seconds", "0.1")

    ended = subprocess.run(
        [sys.executable, "-m", "loadtest", users, "--scenario", scenario, *short],
        cwd=ROOT,
        env=os.environ | {"DATA_DIR": str(running.folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
