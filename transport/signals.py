"""Wakes the tasks that wait for something to happen the next time."""

import asyncio


class Signal:
    """Like an asyncio.Event that is cleared at once.

    Each socket has several, nearly always without a waiter: then it takes no memory,
    while an Event takes 700 bytes.
    """

    __slots__ = ("_waiters",)

    def __init__(self) -> None:
        self._waiters: list[asyncio.Future[None]] | None = None

    async def wait(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        if self._waiters is None:
            self._waiters = []
        self._waiters.append(waiter)
        await waiter

    def send(self) -> None:
        waiters, self._waiters = self._waiters, None
        for waiter in waiters or ():
            if not waiter.done():  # it may have been cancelled
                waiter.set_result(None)
