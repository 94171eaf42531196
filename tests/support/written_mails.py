"""Mails that `make run` writes as files."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from tests.support.mail_server import text_of
from tests.support.polling import eventually
from tests.support.running_service import RunningService


def mails_to(address: str, folder: Path) -> list[EmailMessage]:
    files = (file.read_bytes() for file in folder.glob("*.eml"))
    mails = (message_from_bytes(content, policy=default) for content in files)
    return [
        mail
        for mail in mails
        if isinstance(mail, EmailMessage) and mail["To"] == address
    ]


async def written_mail(
    service: RunningService, address: str, containing: str = ""
) -> EmailMessage:
    """The only one to this address whose text has this; waits for it."""
    folder = Path(service.run.settings()["MAIL_DIR"])
    found: list[EmailMessage] = []

    async def is_written() -> bool:
        mails = mails_to(address, folder)
        found[:] = [mail for mail in mails if containing in text_of(mail)]
        return bool(found)

    await eventually(is_written)
    [mail] = found
    return mail


def link_in(mail: EmailMessage) -> str:
    """The one with a code."""
    [link] = re.findall(r"\S+#token=\S+", text_of(mail))
    return str(link)
