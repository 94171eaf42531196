"""Commands when the servers are not running."""

from pathlib import Path

import pytest

from app.commands.arguments import main
from stack.embedded.ports import ReservedPort

COMMANDS = [
    ["migrate"],
    ["seed"],
    ["managers", "list"],
    ["managers", "add", "ana@cinema.example"],
    ["story", "01930000-0000-7000-8000-000000000000"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_who_asks_an_absent_server_is_told_in_a_sentence(
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    nobody = ReservedPort()
    url = f"postgresql://cinema:cinema@127.0.0.1:{nobody.number}/cinema"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{nobody.number}")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", f"127.0.0.1:{nobody.number}")
    monkeypatch.setenv("SIGNING_KEYS_DIR", str(tmp_path))

    code = main(command)

    said = capsys.readouterr()
    nobody.close()
    assert (code, said.out) == (1, "")
    assert "A server does not answer (" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "9999-12-31"])
def test_money_of_no_day_or_of_one_to_come_is_refused(
    day: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["money", day])

    said = capsys.readouterr()
    assert (code, said.out) == (1, "")
    assert said.err.startswith((f"'{day}' is no day", f"{day} has not begun"))
