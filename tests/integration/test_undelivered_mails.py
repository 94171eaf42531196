"""Mails that the mail server takes later, or never."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage
from uuid import uuid4

import pytest

from domain.client_secrets import secret_hash
from mail import sender
from mail.outlets import Send
from persistence.people.addresses import PostgresAddresses
from persistence.people.notice_queue import NoticeQueue
from persistence.people.password_changes import PostgresPasswordChanges
from persistence.postgres.pool import Pool
from tests.support.accounts import email_address
from tests.support.mail_server import MailServer, code_in
from tests.support.notices import (
    mail_sender,
    queue_mails,
    results,
    send_mails,
    sign_up,
    smtp_outlet,
    waiting,
)

LEASE_IS_OVER = """
UPDATE notices SET due_at = clock_timestamp()
WHERE data->>'account_id' <> (
    SELECT id::text FROM accounts WHERE email LIKE $1 || '@%')
"""
AGE = "UPDATE outbox SET created_at = created_at - $1::interval"


def ours(caplog: pytest.LogCaptureFixture) -> str:
    """What the sender logs; the server of the tests logs addresses."""
    format_ = logging.Formatter("%(message)s").format
    return "".join(
        map(format_, (r for r in caplog.records if r.name == sender.__name__))
    )


async def test_mails_wait_for_a_server_that_is_down(scratch_pool: Pool) -> None:
    mail_server = MailServer()
    async with mail_server.running():
        pass
    await sign_up(scratch_pool)

    [event] = await send_mails(scratch_pool, smtp_outlet(mail_server))
    assert await waiting(scratch_pool) == [event.id]
    async with mail_server.running():
        await send_mails(scratch_pool, smtp_outlet(mail_server))

    assert len(mail_server.mails) == 1
    assert await waiting(scratch_pool) == []


async def test_a_mail_that_has_to_wait_holds_up_no_other_and_keeps_one_token(
    scratch_pool: Pool, mail_server: MailServer
) -> None:
    ana = await sign_up(scratch_pool)
    await sign_up(scratch_pool, "bia@cinema.example")
    first, _ = await queue_mails(scratch_pool)
    mail_server.refusals[ana.email] = "451 try later"

    for _ in range(7):
        await send_mails(scratch_pool, smtp_outlet(mail_server))
    assert [mail["To"] for mail in mail_server.mails] == ["bia@cinema.example"]
    assert await waiting(scratch_pool) == [first.id]
    mail_server.refusals.clear()
    await send_mails(scratch_pool, smtp_outlet(mail_server))

    assert mail_server.mails[1]["To"] == ana.email
    addresses = PostgresAddresses(scratch_pool)
    verified = await addresses.verify(
        ana.id, secret_hash(code_in(mail_server.mails[1]))
    )
    assert verified and verified.email_verified


async def test_a_mailbox_that_does_not_exist_is_no_failure(
    scratch_pool: Pool, mail_server: MailServer
) -> None:
    ana = await sign_up(scratch_pool)
    mail_server.refusals[ana.email] = "550 no such user"

    await send_mails(scratch_pool, smtp_outlet(mail_server))

    assert await results(scratch_pool) == ["refused"]


async def test_after_two_days_a_mail_is_given_up(
    scratch_pool: Pool, mail_server: MailServer
) -> None:
    ana = await sign_up(scratch_pool)
    await scratch_pool.execute(AGE, timedelta(days=3))
    mail_server.refusals[ana.email] = "451 try later"

    await send_mails(scratch_pool, smtp_outlet(mail_server))

    assert await results(scratch_pool) == ["refused"]


async def test_a_code_is_sent_before_the_mails_of_a_crowd(
    scratch_pool: Pool, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "AT_ONCE", 1)
    await scratch_pool.execute(
        "INSERT INTO notices (event_id, type, data, due_at)"
        " SELECT uuidv7(), 'SessionRemoved', $1, clock_timestamp()"
        " FROM generate_series(1, 3)",
        {"session_id": str(uuid4())},
    )
    await sign_up(scratch_pool)
    await queue_mails(scratch_pool)

    await mail_sender(scratch_pool, smtp_outlet(mail_server)).send_due()

    assert len(mail_server.mails) == 1


class SlowOutlet:
    """Another worker takes what is due while the first mail is sent, and sends it."""

    def __init__(self, pool: Pool, sent: list[str]) -> None:
        self._pool = pool
        self._sent = sent

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Send]:
        yield self._send

    async def _send(self, message: EmailMessage) -> None:
        if not self._sent:
            self._sent.append(message["To"])
            await self._pool.execute(LEASE_IS_OVER, message["To"].partition("@")[0])
            await mail_sender(self._pool, SlowOutlet(self._pool, self._sent)).send_due()
        else:
            self._sent.append(message["To"])


async def test_mails_behind_slow_ones_are_sent_by_one_worker(
    scratch_pool: Pool,
) -> None:
    """A server may take a minute for each mail, and a worker takes some at once."""
    for name in ("ana", "bia", "eva"):
        await sign_up(scratch_pool, f"{name}@cinema.example")
    await queue_mails(scratch_pool)
    sent: list[str] = []

    await mail_sender(scratch_pool, SlowOutlet(scratch_pool, sent)).send_due()

    assert sorted(sent) == [f"{name}@cinema.example" for name in ("ana", "bia", "eva")]
    assert await results(scratch_pool) == ["sent"] * 3


async def test_without_a_server_strangers_do_not_fill_the_outbox(
    scratch_pool: Pool,
) -> None:
    """Nobody has most of their addresses, and one account gets five codes."""
    mail_server = MailServer()
    async with mail_server.running():
        pass
    ana = await sign_up(scratch_pool)
    changes = PostgresPasswordChanges(scratch_pool)
    for email in (ana.email, *(f"{number}@b.example" for number in range(9))):
        await changes.request_reset(email_address(email))
    for _ in range(8):
        await changes.request_reset(email_address(ana.email))

    await send_mails(scratch_pool, smtp_outlet(mail_server))

    types = await scratch_pool.fetch(
        "SELECT type FROM notices WHERE due_at IS NOT NULL ORDER BY event_id"
    )
    resets = ["PasswordResetRequested"] * 5
    assert [row["type"] for row in types] == ["EmailVerificationRequested", *resets]


async def test_an_old_mail_is_given_up_without_a_server_too(
    scratch_pool: Pool,
) -> None:
    mail_server = MailServer()
    async with mail_server.running():
        pass
    await sign_up(scratch_pool)
    await scratch_pool.execute(AGE, timedelta(days=3))

    await send_mails(scratch_pool, smtp_outlet(mail_server))

    assert await waiting(scratch_pool) == []


@pytest.mark.parametrize("reply", ["451 <ana@cinema.example> later", "550 no"])
async def test_logs_have_no_address(
    scratch_pool: Pool,
    mail_server: MailServer,
    caplog: pytest.LogCaptureFixture,
    reply: str,
) -> None:
    ana = await sign_up(scratch_pool)
    mail_server.refusals[ana.email] = reply

    with caplog.at_level(logging.INFO):
        await send_mails(scratch_pool, smtp_outlet(mail_server))

    assert "mail" in ours(caplog)
    assert "ana@" not in ours(caplog)


async def test_a_reply_that_names_the_recipient_is_not_kept(
    scratch_pool: Pool, mail_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    await sign_up(scratch_pool)
    mail_server.reply = "554 <ana@cinema.example> looks like spam"

    await send_mails(scratch_pool, smtp_outlet(mail_server))

    error = await scratch_pool.fetchval("SELECT error FROM notices")
    assert "554" in error
    assert "554" in ours(caplog)
    assert "ana@" not in error + ours(caplog)


async def test_a_sent_mail_that_cannot_be_noted_is_not_sent_at_once_again(
    scratch_pool: Pool, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose_the_connection(*_: object) -> None:
        raise ConnectionError

    await sign_up(scratch_pool)
    await queue_mails(scratch_pool)
    mails = mail_sender(scratch_pool, smtp_outlet(mail_server))
    with monkeypatch.context() as lost:
        lost.setattr(NoticeQueue, "finish", lose_the_connection)
        with pytest.raises(ConnectionError):
            await mails.send_due()

    await mails.send_due()

    assert len(mail_server.mails) == 1
