"""How many mails an address is sent in a day that nobody has confirmed.

Codes of an account are counted in Postgres. Accounts may be opened with the address of
a stranger, erased and opened again, and nothing is left there to count.
"""

from hashlib import sha256
from logging import getLogger
from typing import Final
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.email_addresses import address_key

logger = getLogger(__name__)

MAILS_A_DAY: Final = 10
PERIOD_SECONDS: Final = 86_400


class MailBounds:
    def __init__(self, redis: "Redis") -> None:
        self._redis = redis

    async def allows(self, event_id: UUID, email: str) -> bool:
        """An event that was allowed is allowed again. Without Redis each is."""
        digest = sha256((address_key(email) or email).encode()).hexdigest()
        key, member = f"mails:{digest}", str(event_id)
        try:
            async with self._redis.pipeline() as pipe:
                pipe.sadd(key, member)
                pipe.scard(key)
                pipe.expire(key, PERIOD_SECONDS, nx=True)
                is_new, count, _ = await pipe.execute()
            if is_new and count > MAILS_A_DAY:
                await self._redis.srem(key, member)
                return False
        except (RedisError, OSError) as error:
            logger.warning("mails for an address are not counted: %r", error)
        return True
