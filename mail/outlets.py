"""Where mails go: to a mail server, or into a folder."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import unquote, urlsplit

import aiosmtplib

SECONDS = 10.0  # for each step, as of connecting or of one command
PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
KEPT_FILES = 1_000
PERMANENT = 500  # replies from here on: trying again is of no use

Send = Callable[[EmailMessage], Awaitable[None]]


class MailServerUnavailableError(Exception):
    """It cannot be reached, or takes no mail at all now."""


class TryLaterError(Exception):
    """The server takes this mail later, it says."""


class RecipientRefusedError(Exception):
    """There is no such mailbox, or it takes nothing from us."""


class Outlet(Protocol):
    def open(self) -> AbstractAsyncContextManager[Send]:
        """For some mails, one after the other. Raises MailServerUnavailableError.

        Sending raises one of the errors above, or another one for a mail that the
        server will never take.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """smtp: STARTTLS is required; smtps: TLS at once; smtp+plain: no encryption."""

    scheme: str
    host: str
    port: int
    username: str | None
    password: str | None

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
        await _connect(client)

        async def send(message: EmailMessage) -> None:
            if not client.is_connected:  # servers close a connection after some mails
                await _connect(client)
            await _send(client, message)

        try:
            yield send
        finally:
            client.close()


async def _connect(client: aiosmtplib.SMTP) -> None:
    try:
        await client.connect()
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailServerUnavailableError(repr(error)) from error


async def _send(client: aiosmtplib.SMTP, message: EmailMessage) -> None:
    try:
        await client.send_message(message)
    except aiosmtplib.SMTPRecipientsRefused as error:
        if any(each.code >= PERMANENT for each in error.recipients):
            raise RecipientRefusedError from error
        raise TryLaterError(repr(error)) from error
    except aiosmtplib.SMTPResponseException as error:
        if error.code >= PERMANENT:
            raise
        raise TryLaterError(repr(error)) from error
    except aiosmtplib.SMTPNotSupported as error:  # letters that are not ASCII
        raise RecipientRefusedError from error
    except OSError as error:  # time-outs and lost connections, too
        raise MailServerUnavailableError(repr(error)) from error


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
