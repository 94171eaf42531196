"""Every setting that is a secret may be in a file, for every command."""

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.commands import arguments
from app.settings import Settings
from auth.providers.settings import SignInSettings
from runtime import secret_files
from runtime.errors import CommandError
from runtime.secret_files import SECRETS


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text(" of the file\n", "utf-8")
    return file


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_be_in_a_file(file: Path, name: str) -> None:
    assert secret_files.read({f"{name}_FILE": str(file)}) == {name: "of the file"}


def test_the_environment_comes_first(file: Path) -> None:
    environ = {"REDIS_URL": "redis://cache", "REDIS_URL_FILE": str(file)}

    assert secret_files.read(environ) == {}
    assert secret_files.read(environ | {"REDIS_URL": ""}) == {
        "REDIS_URL": "of the file"
    }


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_file_that_cannot_be_read_is_named_without_its_content(
    file: Path, content: bytes | None
) -> None:
    file.unlink()
    if content:
        file.write_bytes(content)

    with pytest.raises(CommandError) as refused:
        secret_files.read({"METRICS_TOKEN_FILE": str(file)})

    assert str(refused.value) == (
        "METRICS_TOKEN_FILE names a file that cannot be read as text."
    )


def test_every_secret_and_every_url_with_a_password_is_one() -> None:
    fields = Settings.model_fields | SignInSettings.model_fields
    secrets = {
        name.upper()
        for name, field in fields.items()
        if SecretStr.__name__ in str(field.annotation)
        or name.startswith(("database_", "redis_", "redlock_"))
    }

    assert secrets | {"DATABASE_OWNER_URL"} == set(SECRETS)


def test_commands_read_the_files(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environ = dict(os.environ) | {"METRICS_TOKEN_FILE": str(file)}
    monkeypatch.setattr(os, "environ", environ)

    arguments.main(["keys", "list"])

    assert environ["METRICS_TOKEN"] == "of the file"


def test_commands_say_which_file_is_missing(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL_FILE", str(file.with_name("other")))

    code = arguments.main(["managers", "list"])

    assert code == 1
    assert capsys.readouterr().err == (
        "DATABASE_URL_FILE names a file that cannot be read as text.\n"
    )
