"""Passwords, hashed with argon2id."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from domain.errors import TooManyAtOnceError
from telemetry.sale_metrics import RATE_LIMITED

T = TypeVar("T")

AT_ONCE = 2  # each takes a core for a fifth of a second, and 64 MiB
# Those at work and those in line: the last one waits for some seconds, not for minutes.
MOST_IN_LINE = 32


class Argon2Passwords:
    """Its own few threads: a crowd that signs in waits in line, away from the loop.

    Raises TooManyAtOnceError when the line is full, whoever asks and for whatever.
    """

    def __init__(
        self, at_once: int = AT_ONCE, most_in_line: int = MOST_IN_LINE
    ) -> None:
        self._hasher = PasswordHasher()
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="argon2")
        self._most_in_line = most_in_line
        self._in_line = 0
        self._nobodys_hash = _unmatched(self._hasher)

    async def hash(self, password: str) -> str:
        return await self._in_turn(lambda: self._hasher.hash(password))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        compared = password_hash or self._nobodys_hash
        return await self._in_turn(lambda: self._matches(compared, password))

    def close(self) -> None:
        """Whoever still waits in line is cancelled."""
        self._threads.shutdown(cancel_futures=True)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._in_line >= self._most_in_line:
            RATE_LIMITED.labels("passwords").inc()
            raise TooManyAtOnceError
        self._in_line += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, work)
        finally:
            self._in_line -= 1

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except VerifyMismatchError:
            return False


def _unmatched(hasher: PasswordHasher) -> str:
    """Costs what any hash costs, and no password that is known leads to it."""
    salt, zeros = "A" * 22, "A" * 43  # base64 of 16 and of 32 zero bytes
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${zeros}"
