"""Mails to the old address of an account that gets another one."""

import pytest

from domain.client_secrets import secret_hash
from domain.profiles import ProfileChange
from persistence.people.addresses import PostgresAddresses
from persistence.people.profiles import PostgresProfiles
from persistence.postgres.pool import Pool
from tests.support.accounts import email_address
from tests.support.mail_server import MailServer, code_in, text_of
from tests.support.notices import send_mails, sign_up, smtp_outlet

VERIFIED = "UPDATE accounts SET email_verified_at = clock_timestamp()"


class Mailbox:
    def __init__(self, pool: Pool, server: MailServer) -> None:
        self._pool = pool
        self._server = server

    async def sent(self, to: str) -> list[str]:
        await send_mails(self._pool, smtp_outlet(self._server))
        return [text_of(mail) for mail in self._server.mails if mail["To"] == to]

    async def code(self, to: str) -> str:
        await self.sent(to)
        return [code_in(mail) for mail in self._server.mails if mail["To"] == to][-1]


@pytest.fixture
def mailbox(scratch_pool: Pool, mail_server: MailServer) -> Mailbox:
    return Mailbox(scratch_pool, mail_server)


async def test_requests_for_other_addresses_fill_no_mailbox(
    scratch_pool: Pool, mailbox: Mailbox
) -> None:
    """Anybody may open an account with the address of a stranger."""
    eva = await sign_up(scratch_pool)

    for number in range(9):
        other = ProfileChange(email=email_address(f"{number}@b.example"))
        await PostgresProfiles(scratch_pool).change(eva.id, other)
        await mailbox.sent(eva.email)

    assert len(await mailbox.sent(eva.email)) <= 6  # with that of signing up


@pytest.mark.parametrize("is_verified", [True, False])
async def test_only_the_owner_reads_the_new_address(
    scratch_pool: Pool, mailbox: Mailbox, *, is_verified: bool
) -> None:
    """It may be a message to a stranger: call-555-now@b.example."""
    eva = await sign_up(scratch_pool)
    if is_verified:
        await scratch_pool.execute(VERIFIED)

    other = ProfileChange(email=email_address("call-555-now@b.example"))
    await PostgresProfiles(scratch_pool).change(eva.id, other)

    text = (await mailbox.sent(eva.email))[-1]
    assert "asked for" in text
    assert ("call-555-now" in text) == is_verified


async def test_a_second_change_does_not_hide_the_first(
    scratch_pool: Pool, mail_server: MailServer, mailbox: Mailbox
) -> None:
    """A mail server that takes the mail later gives a thief the time for it."""
    ana = await sign_up(scratch_pool)
    await mailbox.sent(ana.email)
    profiles = PostgresProfiles(scratch_pool)
    mail_server.refusals[ana.email] = "451 later"
    evil = email_address("evil@b.example")
    await profiles.change(ana.id, ProfileChange(email=evil))
    token = secret_hash(await mailbox.code(evil.text))
    assert await PostgresAddresses(scratch_pool).verify(ana.id, token)
    again = ProfileChange(email=email_address("evil2@b.example"))
    await profiles.change(ana.id, again)

    mail_server.refusals.clear()

    assert len(await mailbox.sent(ana.email)) >= 2  # the first is of signing up


async def test_many_accounts_that_want_one_address_fill_no_mailbox(
    scratch_pool: Pool, mailbox: Mailbox
) -> None:
    wanted = email_address("ana@cinema.example")
    for number in range(7):
        eva = await sign_up(scratch_pool, f"eva{number}@b.example")
        await PostgresProfiles(scratch_pool).change(eva.id, ProfileChange(email=wanted))

    # Each account has a code already, which counts, too.
    assert len(await mailbox.sent(wanted.text)) == 4
    await sign_up(scratch_pool, wanted.text)  # its owner is sent a code all the same
    assert len(await mailbox.sent(wanted.text)) == 5
