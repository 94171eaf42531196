"""Mails of events: each is sent once, or as often as SMTP makes unavoidable."""

import asyncio
from pathlib import Path

import pytest

from mail.notices import NoticesHandler
from mail.outlets import FolderOutlet
from persistence.people import notice_queue
from persistence.people.notice_queue import NoticeQueue
from persistence.postgres.pool import Pool
from realtime.broker import Kafka
from tests.support.embedded import EmbeddedStack
from tests.support.mail_server import MailServer, code_in, text_of
from tests.support.notices import (
    awaited,
    mail_sender,
    make_due,
    queue_mails,
    send_mails,
    sign_up,
    smtp_outlet,
    waiting,
)
from tests.support.polling import eventually
from tests.support.realtime import Worker

SENT = "SELECT count(*) FROM notices WHERE sent_at IS NOT NULL"


async def test_signing_up_sends_a_mail_with_a_code(
    scratch_pool: Pool, mail_server: MailServer
) -> None:
    ana = await sign_up(scratch_pool, locale="pt-BR")

    [event] = await send_mails(
        scratch_pool, smtp_outlet(mail_server), "https://app.example/me"
    )

    [mail] = mail_server.mails
    assert mail["To"] == ana.email
    assert mail["From"] == "Cinema tickets <tickets@cinema.example>"
    assert mail["Subject"] == "Confirme seu endereço de e-mail"
    assert mail["Message-ID"] == f"<{event.id}@cinema.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    code = code_in(mail)
    assert f"https://app.example/me/verify-email#token={code}" in text_of(mail)
    assert mail.get_body(("html",))
    assert event.data == {"account_id": str(ana.id)}
    assert await awaited(scratch_pool) == []
    assert await waiting(scratch_pool) == []


async def test_an_event_that_comes_again_is_not_sent_again(
    scratch_pool: Pool, mail_server: MailServer
) -> None:
    await sign_up(scratch_pool)
    [event] = await send_mails(scratch_pool, smtp_outlet(mail_server))

    handler = NoticesHandler(NoticeQueue(scratch_pool), lambda: None)
    await handler.handle([event, event])
    await send_mails(scratch_pool, smtp_outlet(mail_server))

    [mail] = mail_server.mails
    assert "link" not in text_of(mail)  # no client has pages here


async def test_an_event_that_is_awaited_again_after_it_was_sent_is_not_sent_again(
    scratch_pool: Pool, mail_server: MailServer
) -> None:
    """As after the replay of a dead letter."""
    await sign_up(scratch_pool)
    [event] = await send_mails(scratch_pool, smtp_outlet(mail_server))
    await scratch_pool.execute(
        "INSERT INTO outbox (id, topic, type, session_id, data, awaiting)"
        " VALUES ($1, 'reservations', $2, $3, $4, '{notices}')",
        event.id,
        event.type,
        event.session_id,
        event.data,
    )

    await send_mails(scratch_pool, smtp_outlet(mail_server))

    assert len(mail_server.mails) == 1
    assert await awaited(scratch_pool) == []


async def test_of_two_workers_one_sends(
    scratch_pool: Pool, mail_server: MailServer
) -> None:
    await sign_up(scratch_pool)
    await queue_mails(scratch_pool)
    senders = [mail_sender(scratch_pool, smtp_outlet(mail_server)) for _ in range(4)]

    await asyncio.gather(*(sender.send_due() for sender in senders))

    assert len(mail_server.mails) == 1


async def test_two_workers_send_twice_without_the_lease(
    scratch_pool: Pool, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease, none = f"interval '{notice_queue.LEASE}'", "interval '0'"
    due = notice_queue.DUE.replace("FOR UPDATE SKIP LOCKED", "").replace(lease, none)
    keep = notice_queue.KEEP.replace("tries = $2", "tries >= $2").replace(lease, none)
    monkeypatch.setattr(notice_queue, "DUE", due)
    monkeypatch.setattr(notice_queue, "KEEP", keep)
    await sign_up(scratch_pool)
    await queue_mails(scratch_pool)
    senders = [mail_sender(scratch_pool, smtp_outlet(mail_server)) for _ in range(2)]
    both = asyncio.Barrier(2)

    async def meet() -> None:
        await both.wait()

    mail_server.after_mail = meet

    await asyncio.gather(*(sender.send_due() for sender in senders))

    assert len(mail_server.mails) == 2


async def test_a_worker_that_is_killed_before_it_notes_the_mail_sends_it_again(
    scratch_pool: Pool, mail_server: MailServer
) -> None:
    """The server has taken the mail: SMTP cannot promise more. The ids are equal."""
    await sign_up(scratch_pool)
    await queue_mails(scratch_pool)
    sender = mail_sender(scratch_pool, smtp_outlet(mail_server))
    taken = asyncio.Event()

    async def hang() -> None:
        taken.set()
        await asyncio.Event().wait()

    mail_server.after_mail = hang
    killed = asyncio.create_task(sender.send_due())
    await taken.wait()
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    mail_server.after_mail = None

    await sender.send_due()  # the lease of the killed one still counts
    assert len(mail_server.mails) == 1
    await make_due(scratch_pool)
    await sender.send_due()

    first, second = mail_server.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert await waiting(scratch_pool) == []


async def test_without_an_outlet_events_are_confirmed(scratch_pool: Pool) -> None:
    await sign_up(scratch_pool)

    handler = NoticesHandler(NoticeQueue(scratch_pool), None)
    await handler.handle(await awaited(scratch_pool))

    assert await awaited(scratch_pool) == []
    assert await waiting(scratch_pool) == []


async def test_the_folder_has_one_file_for_each_event(
    scratch_pool: Pool, tmp_path: Path
) -> None:
    await sign_up(scratch_pool)

    [event] = await send_mails(scratch_pool, FolderOutlet(tmp_path / "mail"))

    [file] = (tmp_path / "mail").iterdir()
    assert file.name == f"{event.id}.eml"
    assert file.stat().st_mode & 0o777 == 0o600


async def test_the_worker_sends_what_the_outbox_has(
    scratch_pool: Pool, stack: EmbeddedStack, kafka: Kafka, mail_server: MailServer
) -> None:
    async with Worker(
        scratch_pool, stack.redis_url, kafka, smtp_outlet(mail_server)
    ) as worker:
        worker.start("relay", "notices", "mails")
        ana = await sign_up(scratch_pool)

        async def is_sent() -> bool:
            return bool(await scratch_pool.fetchval(SENT))

        await eventually(is_sent)

    assert [mail["To"] for mail in mail_server.mails] == [ana.email]
    assert await scratch_pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_programs_of_the_last_release_go_on_while_nobody_sends_mails(
    scratch_pool: Pool, stack: EmbeddedStack, kafka: Kafka
) -> None:
    """As during an upgrade: events of mails wait, and hold up no others."""
    async with Worker(scratch_pool, stack.redis_url, kafka) as worker:
        await sign_up(scratch_pool)
        await scratch_pool.execute(
            "INSERT INTO outbox (topic, type, session_id, data, awaiting)"
            " VALUES ('reservations', 'SessionRemoved', $1, $2, '{fanout}')",
            (await awaited(scratch_pool))[0].session_id,
            {"session_id": str((await awaited(scratch_pool))[0].session_id)},
        )
        worker.start("relay", "payments", "fanout")

        async def is_alone() -> bool:
            types = await scratch_pool.fetch("SELECT type FROM outbox")
            return [row["type"] for row in types] == ["EmailVerificationRequested"]

        await eventually(is_alone)
