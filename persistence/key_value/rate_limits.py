"""How often one address, one account and one customer may ask.

What is counted for people who sign in is shared by all processes, in Redis. When that
is away each process counts for itself: a limit that is three times as high for a while
is better than nobody signing in, or than everybody guessing passwords.
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
    """Asked too often; nothing was looked at. `retry_after` is in whole seconds."""

    def __init__(self, what: str, retry_after: int) -> None:
        super().__init__(f"{what}: again in {retry_after} s")
        self.what = what
        self.retry_after = retry_after


class RateLimits:
    """Each limit in the notation of the limits library, such as "10/minute"."""

    def __init__(
        self, redis: "Redis", *, address: str, account: str, reserve: str
    ) -> None:
        shared = RedisStorage(
            "async+redis://",
            implementation="redispy",
            connection_pool=redis.connection_pool,  # type: ignore[arg-type] # passed on
        )
        self._shared = SlidingWindowCounterRateLimiter(shared)
        self._alone = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._address = parse(address)
        self._account = parse(account)
        self._reserving = Reserving(parse(reserve))

    async def check(self, what: str, address: str | None, account: str | None) -> None:
        """Raises RateLimitedError. `account` is whatever tells one from another."""
        await self._hit(self._address, what, network_of(address))
        if account is None:
            return
        # Not the e-mail itself: keys are seen by whoever operates Redis.
        digest = sha256(account.encode(errors="surrogatepass")).hexdigest()
        await self._hit(self._account, what, digest)

    def check_reserving(self, customer_id: UUID) -> None:
        """Raises RateLimitedError; counted by this process alone, without a trip."""
        self._reserving.check(customer_id)

    async def _hit(self, limit: RateLimitItem, what: str, who: str) -> None:
        try:
            wait = await _wait(self._shared, limit, what, who)
        except (RedisError, OSError) as error:
            logger.warning("rate limits are counted by each process: %r", error)
            wait = await _wait(self._alone, limit, what, who)
        if wait is not None:
            raise _refused(what, wait)


class Reserving:
    """Windows of a fixed length; who used theirs up waits for the next one."""

    def __init__(
        self, limit: RateLimitItem, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = limit.amount
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
        if self._counts[customer_id] > self._most:
            left = (window + 1) * self._seconds - now
            raise _refused("reserveSeats", math.ceil(left))


def _refused(what: str, retry_after: int) -> RateLimitedError:
    RATE_LIMITED.labels(what).inc()
    return RateLimitedError(what, retry_after)


async def _wait(
    limiter: SlidingWindowCounterRateLimiter, limit: RateLimitItem, what: str, who: str
) -> int | None:
    """None: go on; else in how many seconds to come back."""
    if await limiter.hit(limit, what, who):
        return None
    stats = await limiter.get_window_stats(limit, what, who)
    return max(1, math.ceil(stats.reset_time - time.time()))


def network_of(address: str | None) -> str:
    """Of an IPv6 client its whole network: a home has that many addresses."""
    try:
        known = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((int(known), IPV6_PREFIX), strict=False))
