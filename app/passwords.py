"""Passwords, hashed with argon2id."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

AT_ONCE = 2  # each takes a core for a fifth of a second, and 64 MiB


class Argon2Passwords:
    """Its own few threads: a crowd that signs in waits in line, away from the loop."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._hasher = PasswordHasher()
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="argon2")
        self._nobodys_hash = _unmatched(self._hasher)

    async def hash(self, password: str) -> str:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._hasher.hash, password)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, self._matches, password_hash or self._nobodys_hash, password
        )

    def close(self) -> None:
        """Whoever still waits in line is cancelled."""
        self._threads.shutdown(cancel_futures=True)

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
