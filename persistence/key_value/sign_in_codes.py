"""One-time codes that a client exchanges for tokens. Redis expires them."""

from datetime import timedelta
from typing import cast
from uuid import UUID

from redis.asyncio import Redis


class RedisSignInCodes:
    def __init__(self, redis: "Redis") -> None:
        self._redis = redis

    async def keep(self, code_hash: bytes, account_id: UUID, period: timedelta) -> None:
        await self._redis.set(_key(code_hash), str(account_id), ex=period)

    async def take(self, code_hash: bytes) -> UUID | None:
        # Atomic: of two clients with the same code only one gets the account.
        taken = cast("bytes | None", await self._redis.getdel(_key(code_hash)))
        return UUID(taken.decode()) if taken else None


def _key(code_hash: bytes) -> str:
    return f"sign-in-code:{code_hash.hex()}"
