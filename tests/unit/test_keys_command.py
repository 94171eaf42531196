import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from joserfc.jwk import OKPKey

from app.commands import arguments, keys
from app.commands.tokens import mint
from auth.signing_keys import read_keys, utc_now
from runtime.errors import CommandError
from tests.support.bearer import NOON
from tests.support.signing_keys import put_key

FIRST, SECOND, THIRD = (OKPKey.generate_key("Ed25519") for _ in range(3))
DAY = timedelta(days=1)
VERIFIES = "verifies; its last token expires at 2030-01-01 12:13:00Z"
LOST = (
    "Its last token would have been good until 2030-01-01 12:13:00Z; "
    "every process refuses it in ten seconds."
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The first key signed until two minutes ago, the third will from now on."""
    put_key(tmp_path, FIRST, NOON - DAY)
    put_key(tmp_path, SECOND, NOON - timedelta(minutes=3))
    put_key(tmp_path, THIRD, NOON - timedelta(seconds=59))
    return tmp_path


def names(folder: Path) -> list[str]:
    return [key.id for key in read_keys(folder)]


def test_what_each_key_does_is_listed(folder: Path) -> None:
    assert keys.listed(keys.TOKENS, folder, NOON) == [
        f"{FIRST.thumbprint()}  {VERIFIES}",
        f"{SECOND.thumbprint()}  signs, there since 2030-01-01 11:57:00Z",
        f"{THIRD.thumbprint()}  signs from 2030-01-01 12:00:01Z",
    ]


@pytest.mark.parametrize(
    ("retired", "now", "said"),
    [
        (FIRST, NOON, LOST),
        (FIRST, NOON + DAY, "Its last token expired at 2030-01-01 12:13:00Z."),
        (SECOND, NOON + DAY, "Its last token expired at 2030-01-01 12:15:01Z."),
        (THIRD, NOON, "It had signed nothing."),
    ],
)
def test_retiring_says_until_when_its_tokens_would_have_been_good(
    folder: Path, retired: OKPKey, now: datetime, said: str
) -> None:
    key_id = retired.thumbprint()

    answer = keys.retire(keys.TOKENS, folder, key_id, now)

    assert answer == f"{key_id} is gone. {said}"
    others = {key.thumbprint() for key in (FIRST, SECOND, THIRD)} - {key_id}
    assert set(names(folder)) == others


def test_the_signing_key_is_not_retired(folder: Path) -> None:
    with pytest.raises(CommandError, match="signs at this moment"):
        keys.retire(keys.TOKENS, folder, SECOND.thumbprint(), NOON)

    assert len(names(folder)) == 3


@pytest.mark.parametrize("now", [NOON, NOON + DAY])
def test_nor_is_the_only_one(tmp_path: Path, now: datetime) -> None:
    put_key(tmp_path, FIRST, NOON)

    with pytest.raises(CommandError, match="signs at this moment"):
        keys.retire(keys.TOKENS, tmp_path, FIRST.thumbprint(), now)

    assert names(tmp_path) == [FIRST.thumbprint()]


@pytest.mark.parametrize("key_id", ["", "unknown", "../../etc/passwd"])
def test_an_unknown_key_is_not_retired(folder: Path, key_id: str) -> None:
    with pytest.raises(CommandError, match="see `keys list`"):
        keys.retire(keys.TOKENS, folder, key_id, NOON)

    assert len(names(folder)) == 3


def test_rotating_says_from_when_the_new_one_signs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_key(tmp_path, FIRST, utc_now() - DAY)
    monkeypatch.setenv("SIGNING_KEYS_DIR", str(tmp_path))

    code = arguments.main(["keys", "rotate"])

    _, new = read_keys(tmp_path)
    assert code == 0
    assert capsys.readouterr().out == (
        f"{new.id} is there and signs from {new.signs_from:%Y-%m-%d %H:%M:%SZ}.\n"
    )


def test_the_first_one_signs_at_once(tmp_path: Path) -> None:
    said = keys.rotate(keys.TOKENS, tmp_path)

    assert said == f"{names(tmp_path)[0]} is there and signs: it is the only one."


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        keys.rotate(keys.TOKENS, tmp_path / "no" / "where")


@pytest.mark.parametrize("command", ["keys list", "tokens", "serve"])
def test_a_folder_without_a_key_is_told(tmp_path: Path, command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", *command.split()],
        env={
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "REDIS_URL": "redis://127.0.0.1:1",
            "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
            "SIGNING_KEYS_DIR": str(tmp_path),
        },
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == (
        f"SIGNING_KEYS_DIR: {tmp_path} holds no key: "
        "make one with `python -m app keys rotate`.\n"
    )


def test_a_file_that_is_no_key_is_told(folder: Path) -> None:
    (folder / "20300101T120001Z-half.pem").write_text("-----BEGIN")

    with pytest.raises(CommandError, match=r"^SIGNING_KEYS_DIR: .*half.pem cannot be"):
        mint(folder, 1)
