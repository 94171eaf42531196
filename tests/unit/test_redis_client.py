"""The connections that a REDIS_URL leads to."""

import pytest
from redis.asyncio.connection import BlockingConnectionPool

from persistence.key_value.client import TIMEOUT_SECONDS, PrimaryPool, open_redis


async def test_a_plain_url_leads_to_its_server() -> None:
    pool = open_redis("redis://:secret@cache:6380/2", max_connections=3).connection_pool

    assert isinstance(pool, BlockingConnectionPool)
    assert not isinstance(pool, PrimaryPool)
    assert pool.max_connections == 3
    assert pool.connection_kwargs["host"] == "cache"


@pytest.mark.parametrize(
    ("user", "name", "password"),
    [
        ("", None, None),
        (":s%40cret@", None, "s@cret"),
        ("ana:secret@", "ana", "secret"),
    ],
)
async def test_sentinels_lead_to_the_primary_of_a_name(
    user: str, name: str | None, password: str | None
) -> None:
    url = f"redis+sentinel://{user}one:26379,two:26380,[::1]:26381/seats"
    pool = open_redis(url, max_connections=3).connection_pool

    assert isinstance(pool, PrimaryPool)
    assert pool.service_name == "seats"
    assert pool.max_connections == 3
    assert pool.timeout == TIMEOUT_SECONDS
    assert pool.connection_kwargs.get("username") == name
    assert pool.connection_kwargs.get("password") == password
    asked = [each.connection_pool for each in pool.sentinel_manager.sentinels]
    assert [
        (each.connection_kwargs["host"], each.connection_kwargs["port"])
        for each in asked
    ] == [("one", 26379), ("two", 26380), ("::1", 26381)]
    assert {each.connection_kwargs.get("username") for each in asked} == {name}
    assert {each.connection_kwargs.get("password") for each in asked} == {password}
