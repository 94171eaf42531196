"""An address is sent few mails in a day that nobody has confirmed."""

from uuid import UUID, uuid4

from redis.asyncio import Redis

from persistence.key_value.client import open_redis
from persistence.key_value.mail_bounds import MAILS_A_DAY, MailBounds
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema
from tests.support.mail_server import MailServer
from tests.support.notices import mail_sender, queue_mails, results, smtp_outlet
from tests.support.refunds import sell

CONFIRM = "UPDATE accounts SET email_verified_at = clock_timestamp() WHERE id = $1"


class Nothing:
    async def allows(self, event_id: UUID, email: str) -> bool:
        return False


async def test_a_day_has_few_mails_for_an_address_in_any_spelling(
    redis: "Redis",
) -> None:
    bounds, name = MailBounds(redis), uuid4().hex
    events = [uuid4() for _ in range(MAILS_A_DAY + 2)]

    first = [await bounds.allows(event, f"{name}@b.example") for event in events]
    again = [await bounds.allows(event, f"{name}@B.example") for event in events]

    assert first == again == [True] * MAILS_A_DAY + [False] * 2
    assert await bounds.allows(uuid4(), f"{uuid4().hex}@b.example")


async def test_without_redis_mails_are_sent() -> None:
    async with open_redis("redis://127.0.0.1:1/0") as nobody:
        assert await MailBounds(nobody).allows(uuid4(), "ana@b.example")


async def test_tickets_are_sent_to_strangers_within_the_same_bounds(
    scratch_pool: Pool, mail_server: MailServer
) -> None:
    cinema = Cinema(scratch_pool)
    show = await cinema.open_session()
    stranger, ana = await cinema.customers(2)
    await scratch_pool.execute(CONFIRM, ana)
    for seat, customer in enumerate((stranger, ana)):
        await sell(scratch_pool, show, customer, seat)
    await queue_mails(scratch_pool)

    sender = mail_sender(scratch_pool, smtp_outlet(mail_server), bounds=Nothing())
    await sender.send_due()

    assert len(mail_server.mails) == 1
    assert sorted(filter(None, await results(scratch_pool))) == ["sent", "unsent"]
