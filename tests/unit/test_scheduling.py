"""Tests that share a run of the whole program go to one process."""

from pathlib import Path

from tests.support.scheduling import RUN_OF, scope_of

E2E = Path(__file__).parents[1] / "e2e"
ON_SERVERS_OF_THEIR_OWN = {
    "tests/e2e/test_rolling.py",
    "tests/e2e/test_sandbox_run.py",
}


def test_each_file_of_the_whole_program_shares_a_run() -> None:
    files = {f"tests/e2e/{file.name}" for file in E2E.glob("test_*.py")}

    assert files - ON_SERVERS_OF_THEIR_OWN == RUN_OF.keys()


def test_only_files_that_share_something_stay_together() -> None:
    assert scope_of("tests/e2e/test_sale.py::test_a") == "live_run"
    assert scope_of("tests/unit/test_a.py::test_a[::]") == "tests/unit/test_a.py"
    alone = "tests/integration/test_pool.py::test_a[::]"
    assert scope_of(alone) == alone
