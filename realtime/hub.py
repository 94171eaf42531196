"""Broadcaster over one supervised Redis connection, for all channels of this process.

No gap stays unnoticed. When messages may have been missed (Redis was lost, a queue was
full), each channel concerned gets a RESYNC.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from typing import Any

from broadcaster import Broadcast, Event
from broadcaster._backends.base import BroadcastBackend
from redis.asyncio.client import PubSub

from persistence.key_value.client import open_redis
from realtime.metrics import PUBSUB_LOSSES
from realtime.topics import RESYNC
from runtime.back_off import BackOff
from runtime.supervision import raise_if_cancelled

logger = logging.getLogger(__name__)

KEEPALIVE = "hub:keepalive"  # redis-py cannot read from a connection without a channel
SILENCE_SECONDS = 2.0  # then we send a ping
CONFIRM_SECONDS = 1.0
QUEUE_BOUND = 256


class SupervisedRedis(BroadcastBackend):
    """Reconnects for ever, with a RESYNC on every channel."""

    def __init__(self, url: str) -> None:
        # Reads block without a time-out. open_redis switches off redis-py's own retry,
        # which would reconnect silently, and the gap would stay unnoticed.
        self._redis = open_redis(url, socket_timeout=None)
        self._pubsub: PubSub | None = None
        self._wanted: set[str] = set()
        self._confirmed: dict[str, asyncio.Event] = {}
        # SUBSCRIBEs without a confirmation yet. A listener that leaves and comes back
        # must not take the confirmation of the first for that of the second.
        self._unconfirmed: Counter[str] = Counter()
        self._gaps: set[str] = set()  # channels that may have missed something
        self._sending = asyncio.Lock()  # keeps SUBSCRIBE and UNSUBSCRIBE in order
        self._events: asyncio.Queue[Event] = asyncio.Queue(10_000)
        self._supervisor: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        self._supervisor = asyncio.create_task(self._supervise())

    async def disconnect(self) -> None:
        if self._supervisor:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
        await self._redis.aclose()

    async def subscribe(self, channel: str) -> None:
        """Returns once Redis has confirmed it: a read afterwards leaves no gap.

        Returns also when Redis is unavailable; the channel gets a RESYNC later.
        """
        async with self._sending:
            if channel not in self._wanted:
                self._wanted.add(channel)
                self._unconfirmed[channel] += 1
                await self._send("SUBSCRIBE", channel)
        confirmed = self._confirmed.setdefault(channel, asyncio.Event())
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                await confirmed.wait()
        except TimeoutError:
            self._gaps.add(channel)

    async def unsubscribe(self, channel: str) -> None:
        async with self._sending:
            self._wanted.discard(channel)
            self._gaps.discard(channel)
            self._confirmed.pop(channel, None)
            await self._send("UNSUBSCRIBE", channel)

    async def publish(self, channel: str, message: Any) -> None:
        await self._redis.publish(channel, message)

    async def next_published(self) -> Event:
        return await self._events.get()

    async def _send(self, command: str, *channels: str) -> None:
        """Sends on the connection itself: redis-py's PubSub would reconnect silently.

        That would be a gap that the reader does not notice.
        """
        connection = self._pubsub.connection if self._pubsub else None
        if connection is None or not connection.is_connected:
            return  # the supervisor will subscribe to all wanted channels
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                await connection.send_command(command, *channels)
        except Exception as error:  # noqa: BLE001 # after any error we reconnect
            logger.warning("Redis pub/sub did not accept %s: %r", command, error)
            await connection.disconnect(nowait=True)  # the reader fails at once

    async def _supervise(self) -> None:
        back_off = BackOff(0.05, 2.0, jitter=True)
        while True:
            raise_if_cancelled()
            pubsub = self._redis.pubsub()
            try:
                async with asyncio.timeout(CONFIRM_SECONDS):
                    await pubsub.subscribe(KEEPALIVE)
                async with self._sending:
                    self._pubsub = pubsub
                    self._unconfirmed = Counter(self._wanted)
                    if self._wanted:
                        await self._send("SUBSCRIBE", *self._wanted)
                back_off.reset()
                await self._listen(pubsub)
            except Exception as error:  # noqa: BLE001 # none of them may end this loop
                PUBSUB_LOSSES.inc()
                logger.warning("Redis pub/sub was lost: %r", error)
            finally:
                self._pubsub = None
                self._mark_gaps()
                with suppress(Exception):
                    async with asyncio.timeout(CONFIRM_SECONDS):
                        await pubsub.aclose()  # type: ignore[no-untyped-call] # redis-py
            await back_off.wait()

    async def _listen(self, pubsub: PubSub) -> None:
        pinged = False
        while True:
            raise_if_cancelled()
            # When the connection breaks, redis-py opens another before it raises, and
            # with a frozen Redis that would take for ever.
            async with asyncio.timeout(SILENCE_SECONDS + CONFIRM_SECONDS):
                message = await pubsub.get_message(timeout=SILENCE_SECONDS)
            if message is None:
                if pinged:
                    raise ConnectionError("no answer to a ping")
                await self._send("PING")
                pinged = True
                continue
            pinged = False
            await self._receive(message)

    async def _receive(self, message: dict[str, Any]) -> None:
        if message["type"] not in {"message", "subscribe"}:
            return
        channel = message["channel"].decode()
        if message["type"] == "message":
            await self._events.put(Event(channel, message["data"]))
        else:
            await self._confirm(channel)

    async def _confirm(self, channel: str) -> None:
        self._unconfirmed[channel] -= 1
        if self._unconfirmed[channel] > 0:
            return
        del self._unconfirmed[channel]
        if channel not in self._wanted:
            return
        self._confirmed.setdefault(channel, asyncio.Event()).set()
        if channel in self._gaps:
            self._gaps.discard(channel)
            await self._events.put(Event(channel, RESYNC))  # type: ignore[arg-type] # bytes, like Redis's

    def _mark_gaps(self) -> None:
        for confirmed in self._confirmed.values():
            confirmed.clear()  # its waiters go on waiting
        self._gaps.update(self._wanted)


class Listener:
    """A bounded queue of the messages of one channel; when full, one RESYNC."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE_BOUND)

    def take(self, message: bytes) -> None:
        if self._queue.full():
            while not self._queue.empty():
                self._queue.get_nowait()
            message = RESYNC
        self._queue.put_nowait(message)

    async def next_burst(self, not_before: float = 0.0) -> list[bytes]:
        """Waits for a message; returns it with those that have come by `not_before`.

        That is a time of the loop's clock. One that has passed when the message comes
        delays nothing.
        """
        messages = [await self._queue.get()]
        pause = not_before - asyncio.get_running_loop().time()
        if pause > 0:
            await asyncio.sleep(pause)
        while not self._queue.empty():
            messages.append(self._queue.get_nowait())
        return messages

    async def woken(self, within: float, *, by: Collection[bytes] = ()) -> bool:
        """By one of these messages, or by any; False: none came in so many seconds."""
        # Not wait_for: up to Python 3.11 it swallows a cancellation that comes at the
        # same moment as a message, and the caller would never stop.
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while messages := await self.next_burst():
                    if not by or not set(by).isdisjoint(messages):
                        return True
        return False


class Hub(Broadcast):
    def __init__(self, redis_url: str) -> None:
        super().__init__(backend=SupervisedRedis(redis_url))
        self._listeners: dict[str, set[Listener]] = {}

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[Listener]:
        """From the entry on, each published message or a RESYNC arrives."""
        listener = Listener()
        self._listeners.setdefault(channel, set()).add(listener)
        try:
            await self._backend.subscribe(channel)
            yield listener
        finally:
            others = self._listeners.get(channel, set())
            others.discard(listener)
            if not others and self._listeners.pop(channel, None) is not None:
                await self._backend.unsubscribe(channel)

    async def _listener(self) -> None:
        while True:
            event = await self._backend.next_published()
            for listener in tuple(self._listeners.get(event.channel, ())):
                listener.take(event.message)  # type: ignore[arg-type] # bytes
