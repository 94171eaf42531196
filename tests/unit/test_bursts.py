"""A listener gathers what comes in a burst, and delays nothing after a quiet time."""

import asyncio

from realtime.hub import Listener
from tests.support.asgi_socket import settle


async def test_a_message_after_a_quiet_time_is_passed_on_at_once() -> None:
    loop = asyncio.get_running_loop()
    listener = Listener()
    burst = asyncio.create_task(listener.next_burst(loop.time() + 0.01))
    await asyncio.sleep(0.02)

    listener.take(b"alone")
    await settle()

    assert burst.done()
    assert await burst == [b"alone"]


async def test_a_message_soon_after_the_last_burst_waits_for_others() -> None:
    listener = Listener()
    in_an_hour = asyncio.get_running_loop().time() + 3_600
    burst = asyncio.create_task(listener.next_burst(in_an_hour))

    listener.take(b"first")
    listener.take(b"second")
    await settle()

    assert not burst.done()
    burst.cancel()


async def test_a_wait_for_some_messages_drops_others() -> None:
    listener = Listener()
    waiting = asyncio.create_task(listener.woken(3_600, by={b"ours"}))

    listener.take(b"another")
    await settle()
    assert not waiting.done()
    listener.take(b"ours")

    assert await waiting


async def test_a_wait_ends_without_a_message() -> None:
    listener = Listener()

    assert not await listener.woken(0.01)
    listener.take(b"late")
    assert await listener.woken(0.01)
