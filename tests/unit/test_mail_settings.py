"""Settings of mails, and where a worker sends them."""

import pytest

from app.mail_settings import MailSettings
from app.worker_parts import outlet_of
from mail.outlets import FolderOutlet, SmtpOutlet, SmtpServer
from runtime.errors import CommandError


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in MailSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def test_a_server_comes_before_a_folder(environment: pytest.MonkeyPatch) -> None:
    assert outlet_of(MailSettings.load()) is None
    environment.setenv("MAIL_DIR", "/mails")
    assert isinstance(outlet_of(MailSettings.load()), FolderOutlet)
    environment.setenv("SMTP_URL", "smtps://a:b@mail.example")
    assert isinstance(outlet_of(MailSettings.load()), SmtpOutlet)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_URL", "http://a:secret@mail.example"),
        ("SMTP_URL", "smtp+plain://a:secret@mail.example"),
        ("MAIL_FROM", "Cinema tickets"),
        ("MAIL_FROM", "a@b.example\nBcc: eve@c.example"),
        ("PAGES_URL", "app.example"),
        ("PAGES_URL", "https://app.example/"),
        ("PAGES_URL", "https://app.example/?a=b"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)

    with pytest.raises(CommandError, match=rf"\({name}: ") as refused:
        MailSettings.load()

    assert "secret" not in str(refused.value)


def test_a_server_is_shown_without_its_password() -> None:
    assert "secret" not in repr(SmtpServer.parse("smtps://a:secret@mail.example"))
