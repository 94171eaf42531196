"""`ticket-keys`: a key settles for a day, and verifies until it is retired."""

from datetime import timedelta
from pathlib import Path

import pytest
from joserfc.jwk import OKPKey

from app.commands import arguments, keys
from app.commands.ticket_keys import TICKETS
from auth.signing_keys import read_keys
from tests.support.bearer import NOON
from tests.support.signing_keys import put_key

FIRST, SECOND, THIRD = (OKPKey.generate_key("Ed25519") for _ in range(3))
HOUR = timedelta(hours=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tickets = tmp_path / "tickets"
    tickets.mkdir()
    put_key(tickets, FIRST, NOON - 50 * HOUR)
    put_key(tickets, SECOND, NOON - 25 * HOUR)
    put_key(tickets, THIRD, NOON - HOUR)
    return tickets


def test_what_each_key_does_is_listed(folder: Path) -> None:
    assert keys.listed(TICKETS, folder, NOON) == [
        f"{FIRST.thumbprint()}  verifies; signed until 2030-01-01 11:00:00Z",
        f"{SECOND.thumbprint()}  signs, there since 2029-12-31 11:00:00Z",
        f"{THIRD.thumbprint()}  signs from 2030-01-02 11:00:00Z",
    ]


def test_retiring_says_which_codes_are_refused(folder: Path) -> None:
    assert keys.retire(TICKETS, folder, FIRST.thumbprint(), NOON) == (
        f"{FIRST.thumbprint()} is gone. Codes from before 2030-01-01 11:00:00Z are"
        " refused in ten seconds: who has one finds a new one at the same ticket."
    )


@pytest.mark.parametrize("own", [False, True])
def test_they_are_beside_the_keys_of_tokens_or_in_a_folder_of_their_own(
    own: bool,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    nowhere = str(folder.parent / "nowhere")
    monkeypatch.setenv("SIGNING_KEYS_DIR", nowhere if own else str(folder.parent))
    monkeypatch.setenv("TICKET_KEYS_DIR", str(folder) if own else "")

    assert arguments.main(["ticket-keys", "rotate"]) == 0

    made, _, said = capsys.readouterr().out.partition(" ")
    assert made in {key.id for key in read_keys(folder)}
    assert said.startswith("is there and signs")


def test_a_folder_without_a_key_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SIGNING_KEYS_DIR", str(tmp_path))

    assert arguments.main(["ticket-keys", "list"]) == 1

    assert capsys.readouterr().err == (
        f"TICKET_KEYS_DIR: {tmp_path / 'tickets'} holds no key: "
        "make one with `python -m app ticket-keys rotate`.\n"
    )
