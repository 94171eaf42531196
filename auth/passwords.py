"""Passwords, hashed with argon2id."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from domain.account import Doubt
from domain.errors import TooManyAtOnceError
from telemetry.sale_metrics import RATE_LIMITED

T = TypeVar("T")

AT_ONCE = 2  # each takes a core for a fifth of a second, and 64 MiB
# At work and waiting: so the last one waits for seconds, not for minutes.
MOST_WAITING = 32
# How much of the queue others may fill. The rest is for people who return.
SHARE_OF_HASHING = 1 / 2
SHARES: Mapping[Doubt, float] = {
    Doubt.NONE: 1,
    Doubt.FIRST_TRY: 3 / 4,
    Doubt.TRIED_BEFORE: 1 / 4,
}


class Argon2Passwords:
    """Hashes in a few threads of its own, so that a crowd does not block the loop.

    Both methods raise TooManyAtOnceError when too many callers wait.
    """

    def __init__(
        self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING
    ) -> None:
        self._hasher = PasswordHasher()
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="argon2")
        self._most_waiting = most_waiting
        self._waiting = 0
        self._unmatched_hash = _hash_of_no_password(self._hasher)

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._hasher.hash(password), SHARE_OF_HASHING)

    async def verify(
        self,
        spellings: Sequence[str],
        password_hash: str | None,
        *,
        doubt: Doubt = Doubt.NONE,
    ) -> str | None:
        compared = password_hash or self._unmatched_hash
        return await self._run(
            lambda: self._fitting(compared, spellings), SHARES[doubt]
        )

    def close(self) -> None:
        """Cancels callers that still wait."""
        self._threads.shutdown(cancel_futures=True)

    async def _run(self, work: Callable[[], T], share: float) -> T:
        if self._waiting >= self._most_waiting * share:
            RATE_LIMITED.labels("passwords").inc()
            raise TooManyAtOnceError
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1

    def _fitting(self, password_hash: str, spellings: Sequence[str]) -> str | None:
        fitting = (each for each in spellings if self._matches(password_hash, each))
        return next(fitting, None)

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except VerifyMismatchError:
            return False


def _hash_of_no_password(hasher: PasswordHasher) -> str:
    """Takes as long to verify as any hash, and no known password matches it."""
    salt, zeros = "A" * 22, "A" * 43  # base64 of 16 and of 32 zero bytes
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${zeros}"
