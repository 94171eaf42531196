"""Where mails go: to a mail server, or into a folder."""

import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from logging import getLogger
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import unquote, urlsplit

import aiosmtplib

logger = getLogger(__name__)

SECONDS = 10.0  # for each step, as of connecting or of one command
PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
KEPT_FILES = 1_000
PERMANENT = 500  # replies from here on: trying again is of no use

AN_ADDRESS = re.compile(r"[^\s<>]*@[^\s<>]*")

Send = Callable[[EmailMessage], Awaitable[None]]


class TryLaterError(Exception):
    """The server takes this mail later, it says."""


class MailServerUnavailableError(TryLaterError):
    """It cannot be reached, or takes no mail at all now."""


class MailRefusedError(Exception):
    """The server will never take this mail."""


class RecipientRefusedError(Exception):
    """There is no such mailbox, or it takes nothing from us."""


class Outlet(Protocol):
    def open(self) -> AbstractAsyncContextManager[Send]:
        """For some mails, one after the other. Sending raises the errors above.

        Their texts have no addresses of people: they get into logs and dead letters.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """smtp: STARTTLS is required; smtps: TLS at once; smtp+plain: no encryption."""

    scheme: str
    host: str
    port: int
    username: str | None
    password: str | None = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Raises ValueError, without the URL: it may have a password."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError(
                f"it begins with one of {', '.join(PORTS)}, as smtp://host"
            )
        if parts.scheme == "smtp+plain" and parts.password:
            raise ValueError("a password is not sent without encryption")
        return cls(
            scheme=parts.scheme,
            host=parts.hostname,
            port=parts.port or PORTS[parts.scheme],
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


class SmtpOutlet:
    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Send]:
        client = aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            username=self._server.username,
            password=self._server.password,
            use_tls=self._server.scheme == "smtps",
            start_tls=self._server.scheme == "smtp",
            timeout=SECONDS,
        )
        unavailable: MailServerUnavailableError | None = None

        async def send(message: EmailMessage) -> None:
            nonlocal unavailable
            if unavailable:  # each would wait as long
                raise unavailable
            try:
                if not client.is_connected:  # servers close it after some mails
                    await _connect(client)
                await _send(client, message)
            except MailServerUnavailableError as error:
                logger.warning("the mail server is unavailable: %s", error)
                unavailable = error
                raise

        try:
            yield send
        finally:
            client.close()


async def _connect(client: aiosmtplib.SMTP) -> None:
    try:
        await client.connect()
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailServerUnavailableError(_reason(error)) from None


async def _send(client: aiosmtplib.SMTP, message: EmailMessage) -> None:
    try:
        await client.send_message(message)
    except aiosmtplib.SMTPRecipientsRefused as error:
        if any(each.code >= PERMANENT for each in error.recipients):
            raise RecipientRefusedError from None
        raise TryLaterError(_reason(error)) from None
    except aiosmtplib.SMTPResponseException as error:
        if error.code >= PERMANENT:
            raise MailRefusedError(_reason(error)) from None
        raise TryLaterError(_reason(error)) from None
    except aiosmtplib.SMTPNotSupported:  # letters that are not ASCII
        raise RecipientRefusedError from None
    except OSError as error:  # time-outs and lost connections, too
        raise MailServerUnavailableError(_reason(error)) from None


def _reason(error: Exception) -> str:
    """Servers repeat the recipient in their replies."""
    return AN_ADDRESS.sub("...", repr(error))


class FolderOutlet:
    """Files named for their event, so that a repeat replaces the first one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Send]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield self._write
        self._remove_oldest()

    async def _write(self, message: EmailMessage) -> None:
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        unfinished = self._folder / f"{name}.unfinished"
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(message.as_bytes())
        unfinished.replace(self._folder / f"{name}.eml")

    def _remove_oldest(self) -> None:
        """A load test must not fill the disk. Ids of events grow with time."""
        for file in sorted(self._folder.glob("*.eml"), reverse=True)[KEPT_FILES:]:
            file.unlink(missing_ok=True)
