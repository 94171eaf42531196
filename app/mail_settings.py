"""Settings of mails."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from domain.text import is_line
from mail.outlets import SmtpServer
from runtime.environment import EnvironmentSettings


def _smtp_url(url: SecretStr) -> SecretStr:
    SmtpServer.parse(url.get_secret_value())
    return url


def _sender(text: str) -> str:
    if not is_line(text, 320) or "@" not in text:
        raise ValueError("it is an address, or a name with one: Cinema <a@b.example>")
    return text


class MailSettings(EnvironmentSettings):
    # smtp://user:password@host:587 with STARTTLS, smtps:// with TLS, smtp+plain://
    # without encryption.
    smtp_url: Annotated[SecretStr, AfterValidator(_smtp_url)] | None = None
    # Without SMTP_URL mails are files in this folder. Without both none are written.
    mail_dir: Path | None = None
    mail_from: Annotated[str, AfterValidator(_sender)] = (
        "Cinema tickets <tickets@localhost>"
    )
    # Where a client has its pages /verify-email, /reset-password and /tickets. Without
    # it mails have codes, and no links; links of tickets are relative.
    pages_url: (
        Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]*[^\s?#/]$")] | None
    ) = Field(default=None)
