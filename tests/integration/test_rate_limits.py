"""Too many requests get a time to wait; other clients do not notice."""

import asyncio
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from persistence.key_value import rate_limits
from persistence.key_value.client import open_redis
from persistence.key_value.rate_limits import RateLimitedError, RateLimits, Slowdown

ADDRESS, ACCOUNT, TOTAL = "3/hour", "2/hour", "4/hour"
HOUR = 3_600


@pytest.fixture
def limits(empty_redis: Redis) -> RateLimits:
    return limits_on(empty_redis)


def limits_on(redis: Redis, slowdown_seconds: float = 0.001) -> RateLimits:
    return RateLimits(
        redis,
        address=ADDRESS,
        account=ACCOUNT,
        account_total=TOTAL,
        reserve="2/hour",
        slowdown_seconds=slowdown_seconds,
    )


async def refusal(limits: RateLimits, address: str | None, account: str) -> int | None:
    """Seconds until the next try; None when this one is allowed."""
    try:
        await limits.check("signIn", address, account)
    except RateLimitedError as refused:
        return refused.retry_after
    return None


async def test_an_account_is_limited_from_each_address_and_refused_to_no_other(
    limits: RateLimits,
) -> None:
    allowed = [await refusal(limits, "192.0.2.1", "ana") for _ in range(2)]

    wait = await refusal(limits, "192.0.2.1", "ana")

    assert allowed == [None, None]
    assert wait is not None and 0 < wait <= HOUR
    for n in range(2, 9):
        assert await refusal(limits, f"192.0.2.{n}", "ana") is None


async def test_above_the_limit_of_an_account_each_network_waits_longer_each_time(
    empty_redis: Redis,
) -> None:
    processes = [limits_on(empty_redis, slowdown_seconds=1) for _ in range(2)]

    async def attempt(n: int, address: str) -> Slowdown | None:
        return await processes[n % 2].check_attempt("signIn", address, "ana")

    at_first = [await attempt(n, f"192.0.2.{n}") for n in range(4)]
    owner = await attempt(0, "192.0.2.9")
    again = await attempt(1, "192.0.2.9")

    assert at_first == [None] * 4
    assert owner == Slowdown(1, repeated=False)
    assert again == Slowdown(2, repeated=True)
    assert await processes[0].check_attempt("signIn", "192.0.2.9", "bia") is None


async def test_a_crowd_that_waits_refuses_only_who_tried_before(
    limits: RateLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "MOST_WAITING", 1)
    waiting = asyncio.create_task(
        limits.slow_down("signIn", Slowdown(60, repeated=False))
    )
    await asyncio.sleep(0)

    with pytest.raises(RateLimitedError):
        await limits.slow_down("signIn", Slowdown(2, repeated=True))
    await limits.slow_down("signIn", Slowdown(0, repeated=False))

    waiting.cancel()
    await asyncio.wait({waiting})
    await limits.slow_down("signIn", Slowdown(0, repeated=True))


@pytest.mark.parametrize(
    ("first", "same", "other"),
    [
        ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", "2001:db8:0:2::1"),
        ("::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.2"),
        ("fe80::1%eth0", "fe80::2", "2001:db8::1"),
        (None, "testclient", "192.0.2.1"),
    ],
)
async def test_an_address_is_limited_across_accounts(
    limits: RateLimits, first: str | None, same: str, other: str
) -> None:
    for n in range(3):
        assert await refusal(limits, first, f"ana{n}") is None

    assert await refusal(limits, same, "bruno") is not None
    assert await refusal(limits, other, "bruno") is None


async def test_processes_count_together_and_store_no_address(
    limits: RateLimits, empty_redis: Redis
) -> None:
    other = limits_on(empty_redis)
    await refusal(limits, "192.0.2.1", "ana@cinema.example")
    await refusal(other, "192.0.2.1", "ana@cinema.example")

    assert await refusal(other, "192.0.2.1", "ana@cinema.example") is not None
    keys = [key async for key in empty_redis.scan_iter("*")]
    assert keys
    assert not any(b"ana" in key for key in keys)
    assert all([0 < await empty_redis.ttl(key) <= 2 * HOUR for key in keys])


async def test_each_operation_has_its_own_count(limits: RateLimits) -> None:
    for _ in range(2):
        await limits.check("signIn", None, "ana")

    await limits.check("signUp", None, "ana")

    assert await refusal(limits, None, "ana") is not None


async def test_without_redis_each_process_counts_for_itself(unused_port: int) -> None:
    async with open_redis(f"redis://127.0.0.1:{unused_port}") as redis:
        limits = limits_on(redis)
        for _ in range(2):
            assert await refusal(limits, "192.0.2.1", "ana") is None

        assert await refusal(limits, "192.0.2.1", "ana") is not None
        assert await refusal(limits, "192.0.2.2", "ana") is None
        for n in range(4):
            await limits.check_attempt("signIn", f"192.0.2.1{n}", "bia")
        slowdown = await limits.check_attempt("signIn", "192.0.2.19", "bia")
        assert slowdown and not slowdown.repeated


async def test_lone_surrogates_are_counted_as_any_account(
    limits: RateLimits,
) -> None:
    assert await refusal(limits, None, "\ud800" * 9) is None


async def test_reserving_is_limited_by_customer(empty_redis: Redis) -> None:
    limits = limits_on(empty_redis)
    ana, bia = uuid4(), uuid4()
    limits.check_reserving(ana)
    limits.check_reserving(ana)

    with pytest.raises(RateLimitedError) as refused:
        limits.check_reserving(ana)

    assert 0 < refused.value.retry_after <= HOUR
    limits.check_reserving(bia)
