"""The Redis connection of all live maps recovers from every fault."""

import asyncio
import random
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from realtime.hub import CONFIRM_SECONDS, QUEUE_BOUND, Hub
from realtime.topics import RESYNC, seat_channel
from tests.support.embedded import EmbeddedStack
from tests.support.metric_growth import counted
from tests.support.polling import eventually, soon


async def test_a_listener_that_is_behind_gets_a_resync(hub: Hub, redis: Redis) -> None:
    channel = seat_channel(uuid4())
    async with hub.listen(channel) as slow, hub.listen(channel) as other:
        for number in range(QUEUE_BOUND + 10):
            await redis.publish(channel, str(number))
            if number % 50 == 0:
                await other.next_burst()
        await redis.publish(channel, "last")
        while b"last" not in await other.next_burst():
            pass

        messages = await slow.next_burst()

    assert messages[0] == RESYNC
    assert messages[-1] == b"last"
    assert len(messages) < QUEUE_BOUND


async def test_a_listener_that_comes_back_gets_every_message(
    hub: Hub, redis: Redis
) -> None:
    channel = seat_channel(uuid4())
    for number in range(50):
        async with hub.listen(channel) as listener:
            await redis.publish(channel, str(number))
            received = await soon(listener.next_burst())
            assert received == [str(number).encode()]

    assert await redis.pubsub_numsub(channel) == [(channel.encode(), 0)]


async def test_subscribing_while_connections_are_cut_leaves_it_alive(
    hub: Hub, redis: Redis
) -> None:
    """A SUBSCRIBE must not make redis-py reconnect without the reader noticing."""
    clock = asyncio.get_running_loop().time
    until = clock() + 2
    dice = random.Random(3)

    async def subscribe_and_leave() -> None:
        while clock() < until:
            async with hub.listen(f"churn:{dice.randrange(30)}"):
                await asyncio.sleep(dice.uniform(0, 0.02))

    async def cut() -> None:
        while clock() < until:
            await redis.client_kill_filter(_type="pubsub")
            await asyncio.sleep(dice.uniform(0, 0.15))

    await asyncio.gather(cut(), *(subscribe_and_leave() for _ in range(40)))

    channel = seat_channel(uuid4())
    async with asyncio.timeout(20), hub.listen(channel) as listener:
        received: list[bytes] = []
        while b"alive" not in received:
            await redis.publish(channel, "alive")
            received += await listener.next_burst(clock() + 0.05)


async def test_a_frozen_redis_is_noticed_and_delays_no_subscriber(
    hub: Hub, stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = counted("cinema_pubsub_losses_total")

    async def is_noticed() -> bool:
        return counted("cinema_pubsub_losses_total") > lost

    monkeypatch.setattr("realtime.hub.SILENCE_SECONDS", 0.2)
    clock = asyncio.get_running_loop().time
    channel = seat_channel(uuid4())
    async with hub.listen(channel) as listener:
        stack.valkey.pause()
        try:
            await eventually(is_noticed)
            began = clock()
            async with hub.listen(seat_channel(uuid4())) as newcomer:
                waited = clock() - began
        finally:
            stack.valkey.resume()

        assert await soon(listener.next_burst()) == [RESYNC]
    assert newcomer
    assert waited < 3 * CONFIRM_SECONDS + 2
