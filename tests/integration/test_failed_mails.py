"""Mails that fail, and that operators try again."""

from pathlib import Path

import pytest

from persistence.people.account_facts import AccountFacts
from persistence.postgres.pool import Pool
from tests.support.mail_server import MailServer
from tests.support.notices import queue_mails, results, send_mails, sign_up, smtp_outlet

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


def documented(task: str) -> str:
    """The statement that docs/operations.md has for it."""
    [line] = [
        line
        for line in OPERATIONS.read_text().splitlines()
        if line.startswith(f"| {task} |")
    ]
    return line.split("`")[1]


async def test_a_mail_that_the_server_will_never_take_may_be_sent_again(
    scratch_pool: Pool, mail_server: MailServer
) -> None:
    await sign_up(scratch_pool)
    mail_server.reply = "554 looks like spam"

    await send_mails(scratch_pool, smtp_outlet(mail_server))
    assert await results(scratch_pool) == ["failed"]
    mail_server.reply = "250 OK"
    await scratch_pool.execute(documented("try what failed again"))
    await send_mails(scratch_pool, smtp_outlet(mail_server))

    assert len(mail_server.mails) == 1
    assert await results(scratch_pool) == ["sent"]


async def test_a_letter_that_cannot_be_written_is_tried_three_times(
    scratch_pool: Pool, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ValueError("a bug of ours")

    monkeypatch.setattr(AccountFacts, "account", fail)
    await sign_up(scratch_pool)
    await queue_mails(scratch_pool)
    for tries in range(1, 4):
        assert await results(scratch_pool) == [None], tries
        await send_mails(scratch_pool, smtp_outlet(mail_server))

    assert await results(scratch_pool) == ["failed"]
    error = await scratch_pool.fetchval("SELECT error FROM notices")
    assert error == "ValueError('a bug of ours')"
