"""A relay that stands by sleeps until the lease is released, or ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast
from uuid import UUID

import pytest
from redis.asyncio import Redis

from persistence.sales.outbox import Outbox
from realtime.broker import Kafka
from realtime.hub import Hub, Listener
from realtime.relay import Relay
from realtime.topics import RELAY_RELEASED
from tests.support.asgi_socket import settle
from tests.support.polling import soon


class LeaseOfAnother:
    """Counts who asks for it; ends in so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.asked = 0
        self.asked_again = asyncio.Event()

    async def renew_lease(self, _holder: UUID) -> bool:
        self.asked += 1
        if self.asked > 1:
            self.asked_again.set()
        return False

    async def lease_seconds(self) -> float:
        return self.seconds

    async def release_lease(self, _holder: UUID) -> None:
        """It was never ours."""


class LocalHub:
    def __init__(self) -> None:
        self.listeners: dict[str, Listener] = {}

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[Listener]:
        self.listeners[channel] = Listener()
        yield self.listeners[channel]

    async def publish(self, channel: str, message: str) -> None:
        self.listeners[channel].take(message.encode())


def standby(lease: LeaseOfAnother, hub: LocalHub) -> "asyncio.Task[None]":
    relay = Relay(
        cast("Outbox", lease),
        cast("Kafka", None),
        cast("Hub", hub),
        cast("Redis", None),
    )
    return asyncio.create_task(relay.run())


@pytest.fixture
def hub() -> LocalHub:
    return LocalHub()


async def test_it_asks_once_while_another_has_the_lease(hub: LocalHub) -> None:
    lease = LeaseOfAnother(seconds=3_600)
    running = standby(lease, hub)
    await settle()

    assert lease.asked == 1
    running.cancel()


async def test_it_asks_again_when_the_lease_is_released(hub: LocalHub) -> None:
    lease = LeaseOfAnother(seconds=3_600)
    running = standby(lease, hub)
    await settle()

    await hub.publish(RELAY_RELEASED, "1")

    await soon(lease.asked_again.wait())
    running.cancel()


async def test_it_asks_again_when_the_lease_ends(hub: LocalHub) -> None:
    lease = LeaseOfAnother(seconds=0)
    running = standby(lease, hub)

    await soon(lease.asked_again.wait())
    running.cancel()


async def test_it_says_that_it_releases_the_lease(hub: LocalHub) -> None:
    running = standby(LeaseOfAnother(seconds=3_600), hub)
    await settle()
    released = hub.listeners[RELAY_RELEASED]

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert await released.woken(60)
