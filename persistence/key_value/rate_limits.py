"""Rate limits per address, per account and address, and per customer.

Attempts to sign in are counted in Redis, for all processes. While Redis is unavailable
each process counts for itself: with three processes the limit is three times as high.
That is better than no sign-in, and better than no limit on guesses.

An account is never refused because of tries from other networks: else strangers could
lock its owner out. Above the limit of the account, a network that the account has not
used has to wait, and longer each time.
"""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from logging import getLogger
from typing import TypeVar
from uuid import UUID

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from runtime.networks import network_of
from telemetry.sale_metrics import RATE_LIMITED

logger = getLogger(__name__)

T = TypeVar("T")
Limiter = SlidingWindowCounterRateLimiter

# 1, 2, 4, 8 times the first wait: after two typing errors it is still seconds.
MOST_DOUBLED = 3
# Requests that wait in this process. Each takes some kilobytes of memory.
MOST_WAITING = 500


class RateLimitedError(Exception):
    """The request was not processed. `retry_after` is in whole seconds."""

    def __init__(self, what: str, retry_after: int) -> None:
        super().__init__(f"{what}: retry in {retry_after} s")
        self.what = what
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Slowdown:
    """How long an unknown network waits while many try to sign in to the account."""

    seconds: float
    repeated: bool  # this network has tried before


class RateLimits:
    """Limits are in the notation of the limits library, such as "10/minute"."""

    def __init__(  # each is a setting
        self,
        redis: "Redis",
        *,
        address: str,
        account: str,
        account_total: str,
        reserve: str,
        slowdown_seconds: float = 1.0,
    ) -> None:
        shared = RedisStorage(
            "async+redis://",
            implementation="redispy",
            connection_pool=redis.connection_pool,  # type: ignore[arg-type] # passed on
        )
        self._shared = SlidingWindowCounterRateLimiter(shared)
        self._local = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._address = parse(address)
        self._account = parse(account)
        self._account_total = parse(account_total)
        self._slowdown_seconds = slowdown_seconds
        self._waiting = 0
        self._reserving = FixedWindowLimit(parse(reserve))

    async def check(self, what: str, address: str | None, account: str | None) -> None:
        """Raises RateLimitedError. `account` identifies it: an e-mail or an id."""
        network = network_of(address) or "unknown"
        await self._refuse_above(self._address, what, network)
        if account is not None:
            await self._refuse_above(self._account, what, _pair(account, network))

    async def check_attempt(
        self, what: str, address: str | None, account: str | None
    ) -> Slowdown | None:
        """Like check. None while there are few tries for the account."""
        await self.check(what, address, account)
        if account is None:
            return None
        key = f"total {_digest(account)}"
        if await self._wait(self._account_total, what, key) is None:
            return None
        pair = _pair(account, network_of(address) or "unknown")
        tries = await self._tries(self._account, what, pair)
        doubled = min(max(tries - 1, 0), MOST_DOUBLED)
        return Slowdown(self._slowdown_seconds * 2**doubled, repeated=tries > 1)

    async def slow_down(self, what: str, slowdown: Slowdown) -> None:
        """Raises RateLimitedError if too many wait and this network has tried before.

        A network that tries for the first time is not refused: it may be the owner's.
        """
        if slowdown.repeated and self._waiting >= MOST_WAITING:
            raise _rate_limited(what, math.ceil(slowdown.seconds))
        self._waiting += 1
        try:
            await asyncio.sleep(slowdown.seconds)
        finally:
            self._waiting -= 1

    def check_reserving(self, customer_id: UUID) -> None:
        """Raises RateLimitedError. Counted by this process alone: no round trip."""
        self._reserving.check(customer_id)

    async def _refuse_above(self, limit: RateLimitItem, what: str, key: str) -> None:
        wait = await self._wait(limit, what, key)
        if wait is not None:
            raise _rate_limited(what, wait)

    async def _wait(self, limit: RateLimitItem, what: str, key: str) -> int | None:
        return await self._counted(lambda limiter: _wait(limiter, limit, what, key))

    async def _tries(self, limit: RateLimitItem, what: str, key: str) -> int:
        stats = await self._counted(
            lambda limiter: limiter.get_window_stats(limit, what, key)
        )
        return limit.amount - stats.remaining

    async def _counted(self, count: Callable[[Limiter], Awaitable[T]]) -> T:
        try:
            return await count(self._shared)
        except (RedisError, OSError) as error:
            logger.warning("rate limits are counted by each process alone: %r", error)
            return await count(self._local)


class FixedWindowLimit:
    """At most `limit.amount` calls per customer in each window of fixed length."""

    def __init__(
        self, limit: RateLimitItem, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._amount = limit.amount
        self._seconds = limit.get_expiry()
        self._clock = clock
        self._window = 0.0
        self._counts: Counter[UUID] = Counter()

    def check(self, customer_id: UUID) -> None:
        now = self._clock()
        window = now // self._seconds
        if window != self._window:
            self._window = window
            self._counts.clear()
        count = self._counts[customer_id] = self._counts[customer_id] + 1
        if count > self._amount:
            left = (window + 1) * self._seconds - now
            raise _rate_limited("reserveSeats", math.ceil(left))


def _rate_limited(what: str, retry_after: int) -> RateLimitedError:
    RATE_LIMITED.labels(what).inc()
    return RateLimitedError(what, retry_after)


def _digest(account: str) -> str:
    """Operators of Redis see its keys, and an e-mail is personal data."""
    return sha256(account.encode(errors="surrogatepass")).hexdigest()


def _pair(account: str, network: str) -> str:
    return _digest(f"{account} {network}")


async def _wait(
    limiter: Limiter, limit: RateLimitItem, what: str, key: str
) -> int | None:
    """Seconds until the next try is allowed; None when this one is."""
    if await limiter.hit(limit, what, key):
        return None
    stats = await limiter.get_window_stats(limit, what, key)
    return max(1, math.ceil(stats.reset_time - time.time()))
