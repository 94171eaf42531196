"""Too many requests get a time to wait; other clients do not notice."""

from uuid import uuid4

import pytest
from redis.asyncio import Redis

from persistence.key_value.client import open_redis
from persistence.key_value.rate_limits import RateLimitedError, RateLimits

RULES = {"address": "3/hour", "account": "2/hour", "reserve": "2/hour"}
HOUR = 3_600


@pytest.fixture
def limits(empty_redis: Redis) -> RateLimits:
    return RateLimits(empty_redis, **RULES)


async def refusal(limits: RateLimits, address: str | None, account: str) -> int | None:
    """Seconds until the next try; None when this one is allowed."""
    try:
        await limits.check("signIn", address, account)
    except RateLimitedError as refused:
        return refused.retry_after
    return None


async def test_an_account_is_limited_across_addresses(
    limits: RateLimits,
) -> None:
    allowed = [await refusal(limits, f"192.0.2.{n}", "ana") for n in range(2)]

    wait = await refusal(limits, "192.0.2.9", "ana")

    assert allowed == [None, None]
    assert wait is not None and 0 < wait <= HOUR
    assert await refusal(limits, "192.0.2.9", "bruno") is None


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
    other = RateLimits(empty_redis, **RULES)
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
        limits = RateLimits(redis, **RULES)
        for _ in range(2):
            assert await refusal(limits, "192.0.2.1", "ana") is None

        assert await refusal(limits, "192.0.2.2", "ana") is not None
        assert await refusal(limits, "192.0.2.2", "bruno") is None


async def test_lone_surrogates_are_counted_as_any_account(
    limits: RateLimits,
) -> None:
    assert await refusal(limits, None, "\ud800" * 9) is None


async def test_reserving_is_limited_by_customer(empty_redis: Redis) -> None:
    limits = RateLimits(empty_redis, **RULES)
    ana, bia = uuid4(), uuid4()
    limits.check_reserving(ana)
    limits.check_reserving(ana)

    with pytest.raises(RateLimitedError) as refused:
        limits.check_reserving(ana)

    assert 0 < refused.value.retry_after <= HOUR
    limits.check_reserving(bia)
