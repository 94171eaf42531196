"""A mail server in this process, which keeps what it is sent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

Hook = Callable[[], Awaitable[None]]


@dataclass
class MailServer:
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    # Replies to RCPT and to the end of DATA, when they are not "250 OK".
    refusals: dict[str, str] = field(default_factory=dict)  # by recipient
    reply: str = "250 OK"
    after_mail: Hook | None = None  # before the reply

    @property
    def url(self) -> str:
        return f"smtp+plain://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802 # aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Envelope, address: str, *_: Any
    ) -> str:
        if refusal := self.refusals.get(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 # aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Envelope
    ) -> str:
        if not self.reply.startswith("250"):
            return self.reply
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if self.after_mail:
            await self.after_mail()
        return self.reply

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Again on the same port, once it has had one."""
        loop = asyncio.get_running_loop()
        protocols: list[SMTP] = []

        def protocol() -> SMTP:
            protocols.append(SMTP(self, enable_SMTPUTF8=True, hostname="test"))
            return protocols[-1]

        server = await loop.create_server(protocol, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for each in protocols:
                if each.transport is not None:
                    each.transport.close()


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    return str(body.get_content())


def code_in(mail: EmailMessage) -> str:
    """The token: the only line of its length without a space."""
    [code] = [
        line
        for line in text_of(mail).splitlines()
        if len(line) == 43 and " " not in line
    ]
    return code
