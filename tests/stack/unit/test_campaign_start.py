"""The campaign says why the programs under test do not start."""

from pathlib import Path

import pytest

from runtime.errors import CommandError
from tests.cluster import __main__ as driver
from tests.cluster import program_process
from tests.cluster.money.scenarios import MONEY
from tests.cluster.program_process import ProgramProcess, until


async def never() -> bool:
    return False


async def test_the_last_lines_of_a_program_that_ends(tmp_path: Path) -> None:
    program = ProgramProcess([], {}, tmp_path / "api-1.log")
    program.start("no_such_module")

    with pytest.raises(CommandError, match=r"ended: api-1\n.*No module named no_such"):
        await until(never, [program])


async def test_a_program_that_is_never_ready_has_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert program_process.START_SECONDS == 60
    monkeypatch.setattr(program_process, "START_SECONDS", 0.2)
    program = ProgramProcess([], {}, tmp_path / "worker-1.log")
    program.start("timeit", "--setup", "import time", "time.sleep(600)")
    program.log.write_text("I wait for Postgres", "utf-8")

    try:
        with pytest.raises(CommandError, match=r"not ready .*\n.*I wait for Postgres"):
            await until(never, [program])
        with pytest.raises(CommandError, match="not ended: worker-1"):
            await program.wait_until_ended()
    finally:
        program.kill()


def test_the_scenario_is_red_and_the_next_one_runs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def play(*_: object, **__: object) -> None:
        raise CommandError("ended: api-1\n  I have no key")

    monkeypatch.setattr(driver, "_played", play)
    monkeypatch.setattr(driver, "FOLDER", tmp_path)
    monkeypatch.setattr(driver, "RESULTS", tmp_path / "results.jsonl")

    code = driver.main(["--scenario", MONEY[0].name, "--scenario", MONEY[1].name])

    assert code == 1
    assert capsys.readouterr().out.count("I have no key") == 2
