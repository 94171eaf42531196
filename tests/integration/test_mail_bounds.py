"""An address is sent few mails in a day that ask to confirm it."""

from uuid import uuid4

from redis.asyncio import Redis

from persistence.key_value.client import open_redis
from persistence.key_value.mail_bounds import MAILS_A_DAY, MailBounds


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
