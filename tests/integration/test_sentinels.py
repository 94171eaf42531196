"""Clients of a Redis behind Sentinels follow its failovers, within bounds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from persistence.key_value.client import open_redis
from persistence.key_value.rate_limits import RateLimitedError, RateLimits
from persistence.key_value.script_batch import Script, ScriptBatch
from persistence.key_value.sign_in_codes import RedisSignInCodes
from persistence.outages import is_unavailable
from realtime.hub import Hub, Listener
from realtime.topics import RELAY_WAKEUP, RESYNC
from realtime.wakeups import RedisWakeup
from tests.support.polling import eventually, soon
from tests.support.sentinels import PASSWORD, PRIMARY, WatchedRedis, watched_redis

NUMBER = Script("return redis.call('INCR', KEYS[1])")


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncIterator[WatchedRedis]:
    with watched_redis(tmp_path / "watched") as servers:
        await until_all_know_all(servers)
        yield servers


async def until_all_know_all(servers: WatchedRedis) -> None:
    async def all_are_known() -> bool:
        for each in servers.sentinels:
            async with Redis(port=each.port, password=PASSWORD) as sentinel:
                masters: dict[str, Any] = await sentinel.sentinel_masters()  # type: ignore[assignment] # redis-py
                state = masters[PRIMARY]
                if (state["num-slaves"], state["num-other-sentinels"]) != (1, 2):
                    return False
        return True

    await eventually(all_are_known)


@pytest.fixture
async def redis(servers: WatchedRedis) -> AsyncIterator[Redis]:
    async with open_redis(servers.url, max_connections=8) as redis:
        yield redis


@asynccontextmanager
async def listening_to(channel: str, servers: WatchedRedis) -> AsyncIterator[Listener]:
    hub = Hub(servers.url)
    async with hub, hub.listen(channel) as listener:
        yield listener


async def until_it_takes_writes(redis: Redis) -> None:
    async def is_back() -> bool:
        try:
            await redis.set("written", "yes")
        except (RedisError, OSError) as error:
            if not is_unavailable(error):
                raise
            return False
        return True

    await eventually(is_back)


@pytest.mark.parametrize("fault", ["kill", "pause"])
async def test_clients_follow_from_a_lost_primary_to_the_next(
    servers: WatchedRedis, redis: Redis, fault: str
) -> None:
    scripts, codes = ScriptBatch(redis), RedisSignInCodes(redis)
    limits = RateLimits(
        redis,
        address="2/hour",
        account="2/hour",
        account_total="2/hour",
        reserve="1/second",
    )
    await asyncio.gather(*(redis.ping() for _ in range(30)))
    await limits.check("signIn", "192.0.2.1", None)
    await scripts.run(NUMBER, ["number"])
    primary = servers.primary()

    getattr(primary, fault)()
    await until_it_takes_writes(redis)

    assert servers.primary() is not primary
    account = uuid4()
    await codes.keep(b"code", account, timedelta(minutes=1))
    assert await codes.take(b"code") == account
    assert await scripts.run(NUMBER, [f"number-{fault}"]) == 1
    await limits.check("refresh", "192.0.2.1", None)
    await limits.check("refresh", "192.0.2.1", None)
    with pytest.raises(RateLimitedError):
        await limits.check("refresh", "192.0.2.1", None)
    assert redis.connection_pool.max_connections == 8


async def test_a_primary_that_is_demoted_loses_its_clients(
    servers: WatchedRedis, redis: Redis
) -> None:
    primary = servers.primary()
    await asyncio.gather(*(redis.ping() for _ in range(30)))

    async with Redis(port=servers.sentinels[0].port, password=PASSWORD) as sentinel:
        await sentinel.sentinel_failover(PRIMARY)

    async def has_moved() -> bool:
        return servers.primary() is not primary

    await eventually(has_moved)
    await until_it_takes_writes(redis)
    assert (await redis.info("replication"))["role"] == "master"


async def test_live_maps_follow_and_get_a_resync(
    servers: WatchedRedis, redis: Redis
) -> None:
    async with listening_to("seats", servers) as listener:
        await redis.publish("seats", "before")
        assert await soon(listener.next_burst()) == [b"before"]

        servers.primary().kill()
        async with asyncio.timeout(60):
            while RESYNC not in await listener.next_burst():
                pass
        await until_it_takes_writes(redis)

        await redis.publish("seats", "after")
        async with asyncio.timeout(60):
            while b"after" not in await listener.next_burst():
                pass


async def test_the_relay_wakeup_reaches_the_new_primary(
    servers: WatchedRedis, redis: Redis
) -> None:
    wakeup = RedisWakeup(redis, RELAY_WAKEUP)
    servers.primary().kill()
    await until_it_takes_writes(redis)

    async with listening_to(RELAY_WAKEUP, servers) as listener:
        wakeup.notify()

        gathered_until = asyncio.get_running_loop().time() + 0.1
        assert b"1" in await soon(listener.next_burst(gathered_until))


async def test_without_any_sentinel_no_caller_waits_long(
    servers: WatchedRedis,
) -> None:
    for each in servers.sentinels:
        each.kill()
    async with open_redis(servers.url) as newcomer:
        async with asyncio.timeout(5):
            with pytest.raises(RedisError) as refused:
                await newcomer.ping()

    assert is_unavailable(refused.value)
