"""A signal wakes who waits at that moment."""

import asyncio

from tests.support.asgi_socket import settle
from transport.signals import Signal


async def test_all_who_wait_are_woken_once() -> None:
    signal = Signal()
    waiters = [asyncio.ensure_future(signal.wait()) for _ in range(2)]
    await settle()

    signal.send()
    late = asyncio.ensure_future(signal.wait())
    await settle()

    assert all(each.done() for each in waiters)
    assert not late.done()
    signal.send()
    await late


async def test_a_signal_without_a_waiter_is_forgotten() -> None:
    signal = Signal()
    signal.send()

    waiter = asyncio.ensure_future(signal.wait())
    await settle()

    assert not waiter.done()
    waiter.cancel()


async def test_a_waiter_that_was_cancelled_holds_nobody_up() -> None:
    signal = Signal()
    gone, stays = [asyncio.ensure_future(signal.wait()) for _ in range(2)]
    await settle()
    gone.cancel()

    signal.send()

    await stays
