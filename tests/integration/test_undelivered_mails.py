"""Mails that the mail server takes later, or never."""

import logging
from datetime import timedelta
from traceback import format_exception

import pytest

from domain.client_secrets import secret_hash
from persistence.people.addresses import PostgresAddresses
from persistence.people.notices import PostgresNotices
from persistence.people.password_changes import PostgresPasswordChanges
from persistence.postgres.pool import Pool
from tests.support.accounts import email_address
from tests.support.mail_server import MailServer, code_in
from tests.support.notices import awaited, notices_handler, sign_up, smtp_outlet

EXPIRE_CLAIMS = "UPDATE notices SET claimed_until = clock_timestamp()"
SENT = "SELECT count(*) FROM notices WHERE sent_at IS NOT NULL"


async def test_mails_wait_for_a_server_that_is_down(scratch_pool: Pool) -> None:
    mail_server = MailServer()
    async with mail_server.running():
        pass
    await sign_up(scratch_pool)
    [event] = await awaited(scratch_pool)
    handler = notices_handler(scratch_pool, smtp_outlet(mail_server))

    await handler.handle([event])
    assert await awaited(scratch_pool) == [event]
    async with mail_server.running():
        await handler.handle([event])

    assert len(mail_server.mails) == 1
    assert await awaited(scratch_pool) == []


async def test_a_mail_that_has_to_wait_holds_up_no_other_and_keeps_one_token(
    scratch_pool: Pool, mail_server: MailServer
) -> None:
    ana = await sign_up(scratch_pool)
    await sign_up(scratch_pool, "bia@cinema.example")
    first, second = await awaited(scratch_pool)
    handler = notices_handler(scratch_pool, smtp_outlet(mail_server))
    mail_server.refusals[ana.email] = "451 try later"

    for _ in range(7):
        await handler.handle([first, second])
    assert [mail["To"] for mail in mail_server.mails] == ["bia@cinema.example"]
    assert await awaited(scratch_pool) == [first]
    mail_server.refusals.clear()
    await handler.handle([first])

    assert mail_server.mails[1]["To"] == ana.email
    addresses = PostgresAddresses(scratch_pool)
    verified = await addresses.verify(
        ana.id, secret_hash(code_in(mail_server.mails[1]))
    )
    assert verified and verified.email_verified


async def test_a_mailbox_that_does_not_exist_is_no_dead_letter(
    scratch_pool: Pool, mail_server: MailServer
) -> None:
    ana = await sign_up(scratch_pool)
    [event] = await awaited(scratch_pool)
    mail_server.refusals[ana.email] = "550 no such user"

    await notices_handler(scratch_pool, smtp_outlet(mail_server)).handle([event])

    assert await awaited(scratch_pool) == []


async def test_after_two_days_a_mail_is_given_up(
    scratch_pool: Pool, mail_server: MailServer
) -> None:
    ana = await sign_up(scratch_pool)
    await scratch_pool.execute(
        "UPDATE outbox SET created_at = created_at - $1::interval", timedelta(days=3)
    )
    [event] = await awaited(scratch_pool)
    mail_server.refusals[ana.email] = "451 try later"

    await notices_handler(scratch_pool, smtp_outlet(mail_server)).handle([event])

    assert await awaited(scratch_pool) == []


async def test_a_mail_that_the_server_will_never_take_may_be_replayed(
    scratch_pool: Pool, mail_server: MailServer
) -> None:
    await sign_up(scratch_pool)
    [event] = await awaited(scratch_pool)
    handler = notices_handler(scratch_pool, smtp_outlet(mail_server))
    mail_server.reply = "554 looks like spam"

    for _ in range(3):  # the consumer's attempts
        with pytest.raises(Exception, match="spam"):
            await handler.handle([event])
    await handler.on_dead_letter(str(event.session_id), event)
    assert await awaited(scratch_pool) == []
    mail_server.reply = "250 OK"
    await scratch_pool.execute(
        "INSERT INTO outbox (id, topic, type, session_id, data, awaiting)"
        " VALUES ($1, 'reservations', $2, $3, $4, '{notices}')",
        event.id,
        event.type,
        event.session_id,
        event.data,
    )
    await handler.handle([event])

    assert len(mail_server.mails) == 1


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

    await notices_handler(scratch_pool, smtp_outlet(mail_server)).handle(
        await awaited(scratch_pool)
    )

    types = [event.type for event in await awaited(scratch_pool)]
    assert types == ["EmailVerificationRequested"] + ["PasswordResetRequested"] * 5


async def test_an_old_mail_is_given_up_without_a_server_too(
    scratch_pool: Pool,
) -> None:
    mail_server = MailServer()
    async with mail_server.running():
        pass
    await sign_up(scratch_pool)
    await scratch_pool.execute(
        "UPDATE outbox SET created_at = created_at - $1::interval", timedelta(days=3)
    )

    await notices_handler(scratch_pool, smtp_outlet(mail_server)).handle(
        await awaited(scratch_pool)
    )

    assert await awaited(scratch_pool) == []


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
        await notices_handler(scratch_pool, smtp_outlet(mail_server)).handle(
            await awaited(scratch_pool)
        )

    logged = [each.getMessage() for each in caplog.records if "notices" in each.name]
    assert logged
    assert "ana@" not in "".join(logged)


async def test_a_reply_that_names_the_recipient_is_not_among_the_dead_letters(
    scratch_pool: Pool, mail_server: MailServer
) -> None:
    await sign_up(scratch_pool)
    mail_server.reply = "554 <ana@cinema.example> looks like spam"

    with pytest.raises(Exception, match="554") as raised:
        await notices_handler(scratch_pool, smtp_outlet(mail_server)).handle(
            await awaited(scratch_pool)
        )

    assert "ana@" not in "".join(format_exception(raised.value))


async def test_a_sent_mail_that_cannot_be_noted_is_not_sent_at_once_again(
    scratch_pool: Pool, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose_the_connection(*_: object) -> None:
        raise ConnectionError

    await sign_up(scratch_pool)
    [event] = await awaited(scratch_pool)
    handler = notices_handler(scratch_pool, smtp_outlet(mail_server))
    with monkeypatch.context() as lost:
        lost.setattr(PostgresNotices, "finish", lose_the_connection)
        with pytest.raises(ConnectionError):
            await handler.handle([event])

    await handler.handle([event])

    assert len(mail_server.mails) == 1
