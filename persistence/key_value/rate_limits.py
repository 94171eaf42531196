"""Rate limits per address, per account and per customer.

Attempts to sign in are counted in Redis, for all processes. While Redis is unavailable
each process counts for itself: with three processes the limit is three times as high,
which is better than no sign-in, or than unlimited guesses of passwords.
"""

import ipaddress
import math
import time
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from logging import getLogger
from uuid import UUID

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from telemetry.sale_metrics import RATE_LIMITED

logger = getLogger(__name__)

IPV6_PREFIX = 64


class RateLimitedError(Exception):
    """The request was not processed. `retry_after` is in whole seconds."""

    def __init__(self, what: str, retry_after: int) -> None:
        super().__init__(f"{what}: retry in {retry_after} s")
        self.what = what
        self.retry_after = retry_after


class RateLimits:
    """Limits are in the notation of the limits library, such as "10/minute"."""

    def __init__(
        self, redis: "Redis", *, address: str, account: str, reserve: str
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
        self._reserving = FixedWindowLimit(parse(reserve))

    async def check(self, what: str, address: str | None, account: str | None) -> None:
        """Raises RateLimitedError. `account` identifies it: an e-mail or an id."""
        await self._hit(self._address, what, network_of(address))
        if account is None:
            return
        # Hashed: operators of Redis see its keys, and an e-mail is personal data.
        digest = sha256(account.encode(errors="surrogatepass")).hexdigest()
        await self._hit(self._account, what, digest)

    def check_reserving(self, customer_id: UUID) -> None:
        """Raises RateLimitedError. Counted by this process alone: no round trip."""
        self._reserving.check(customer_id)

    async def _hit(self, limit: RateLimitItem, what: str, key: str) -> None:
        try:
            wait = await _wait(self._shared, limit, what, key)
        except (RedisError, OSError) as error:
            logger.warning("rate limits are counted by each process alone: %r", error)
            wait = await _wait(self._local, limit, what, key)
        if wait is not None:
            raise _rate_limited(what, wait)


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
        self._counts[customer_id] += 1
        if self._counts[customer_id] > self._amount:
            left = (window + 1) * self._seconds - now
            raise _rate_limited("reserveSeats", math.ceil(left))


def _rate_limited(what: str, retry_after: int) -> RateLimitedError:
    RATE_LIMITED.labels(what).inc()
    return RateLimitedError(what, retry_after)


async def _wait(
    limiter: SlidingWindowCounterRateLimiter, limit: RateLimitItem, what: str, key: str
) -> int | None:
    """Seconds until the next try is allowed; None when this one is."""
    if await limiter.hit(limit, what, key):
        return None
    stats = await limiter.get_window_stats(limit, what, key)
    return max(1, math.ceil(stats.reset_time - time.time()))


def network_of(address: str | None) -> str:
    """The address; of IPv6 the /64 network, since one home has that many addresses."""
    try:
        known = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((int(known), IPV6_PREFIX), strict=False))
