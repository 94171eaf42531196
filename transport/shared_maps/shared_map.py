"""One execution of a seat map, and how each of its watchers misses nothing."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import aclosing, suppress

from runtime.back_off import BackOff
from telemetry import origin
from telemetry.process_metrics import SHARED_STREAMS, SLOW_RESYNCED
from transport import results
from transport.documents.call import Call
from transport.execution import Execution, OperationFailedError
from transport.request_context import new_request_id
from transport.socket_endpoint.outgoing_queue import Lane

log = logging.getLogger(__name__)

REPLAY_MESSAGES = 200
REPLAY_CHARACTERS = 65_536  # or twice the whole map, if that is more
HELD_BACK = 200
FIRST_DELAY = 0.05  # seconds, until a failed reading of a new map is tried again
LONGEST_DELAY = 2.0


class Member:
    """A watcher, who is behind until it has been given all that came before.

    Repeats do no harm, since seats carry versions; a gap would. So it joins first and
    reads what it missed afterwards.
    """

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.live = False
        self.told = False  # something, ever
        self.held_back: list[str] | None = None
        self.news = asyncio.Event()

    def take(self, payload: str) -> None:
        if self.live:
            if not self.lane.offer(payload):
                SLOW_RESYNCED.inc()
                # Its deltas have a gap from here on: only a new map is of use.
                self.lane.drop()
                self.live = False
                self.news.set()
        elif self.held_back is not None:
            self.held_back.append(payload)
            if len(self.held_back) > HELD_BACK:
                self.held_back = None

    def catch_up(self, payloads: list[str]) -> bool:
        """False when its queue did not take all; what it took remains there."""
        for payload in payloads:
            if not self.lane.offer(payload):
                return False
            self.told = True
        self.live = True
        return True


class Group:
    """All who watch one seat map with one document.

    `_replay` is a whole map and what came since: all that a newcomer needs. Once it
    is longer than a new map it is let go, and the next newcomer has a new map read.
    When that fails it is the newcomer's error; who has been watching waits and tries
    again, as long as the stream itself goes on.
    """

    def __init__(
        self,
        execution: Execution,
        call: Call,
        key: bytes,
        on_end: Callable[["Group"], None],
    ) -> None:
        self.key = key
        self.members: set[Member] = set()
        self._execution = execution
        self._call = call
        self._on_end = on_end
        self._replay: list[str] | None = None
        self._recorded: list[str] | None = None
        self._refreshing: asyncio.Task[None] | None = None
        self._waiting = 0
        self._back_off = BackOff(FIRST_DELAY, LONGEST_DELAY)
        self._retry_at = 0.0
        self._started = asyncio.Event()
        self._ended = asyncio.Event()
        self._failure: OperationFailedError | None = None
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        tasks = [self._task]
        if self._refreshing is not None:
            tasks.append(self._refreshing)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def keep_up(self, member: Member, resumed: Call | None) -> None:
        """Returns when the stream ends; raises OperationFailedError if by an error."""
        await self._started.wait()
        caught_up = False
        if resumed is not None and not self._ended.is_set():
            caught_up = await self._resume(member, resumed)
        if not caught_up:
            await self._give_replay(member)
        while not self._ended.is_set():
            await member.news.wait()
            member.news.clear()
            if not member.live and not self._ended.is_set():
                await member.lane.drained()
                await self._give_replay(member)
        if self._failure is not None:
            raise OperationFailedError(self._failure.errors)

    async def _resume(self, member: Member, call: Call) -> bool:
        """What changed since `after` is the member's own; what follows is everybody's.

        False when it could not be given all of it.
        """
        member.held_back = []
        try:
            first = await self._execution.first_payload(call)
            held_back = member.held_back
        finally:
            member.held_back = None
        if held_back is not None and member.catch_up([first, *held_back]):
            return True
        await member.lane.drained()
        return False

    async def _give_replay(self, member: Member) -> None:
        """Tries one replay once: who has no room for it gets new maps instead."""
        replay = await self._history(member, anew=False)
        while replay and not member.catch_up(replay):
            await member.lane.drained()
            replay = await self._history(member, anew=True)

    async def _history(self, member: Member, *, anew: bool) -> list[str]:
        """Nothing may be awaited between this and giving it to a member."""
        while not self._ended.is_set() and (anew or self._replay is None):
            self._waiting += 1
            try:
                await self._refresh()
                break
            except (OperationFailedError, TimeoutError) as error:
                if not member.told or not _may_pass(error):
                    raise
            finally:
                self._waiting -= 1
            await self._pause()
        return self._replay or []

    async def _pause(self) -> None:
        """All who wait go on together, and share one reading."""
        while (seconds := self._retry_at - time.monotonic()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._ended.wait()
                    return

    async def _refresh(self) -> None:
        if self._refreshing is None:
            self._refreshing = asyncio.create_task(self._read_a_new_map())
        refreshing = self._refreshing
        # A member that leaves does not take the others' map along.
        await asyncio.wait({refreshing})
        if refreshing.cancelled():
            return
        error = refreshing.exception()
        if error is not None:
            raise error

    async def _read_a_new_map(self) -> None:
        origin.begin(new_request_id())
        recorded = self._recorded = []
        try:
            first = await self._execution.first_payload(self._call)
            self._replay = [first, *recorded]
            self._back_off.reset()
            self._retry_at = 0.0
        except Exception:
            self._retry_at = time.monotonic() + self._back_off.next_delay()
            raise
        finally:
            self._recorded = None
            self._refreshing = None

    async def _run(self) -> None:
        request_id = origin.begin(new_request_id()).request_id  # nobody's: everybody's
        SHARED_STREAMS.inc()
        try:
            async with aclosing(self._execution.payloads(self._call)) as payloads:
                async for payload in payloads:
                    self._publish(payload)
        except OperationFailedError as failure:
            self._failure = failure
        except Exception as error:
            log.exception("a shared map failed", extra={"request_id": request_id})
            self._failure = OperationFailedError(results.our_fault(error, request_id))
        finally:
            SHARED_STREAMS.dec()
            self._end()

    def _publish(self, payload: str) -> None:
        if not self._started.is_set():
            self._replay = [payload]
            self._started.set()
        elif self._replay is not None:
            self._replay.append(payload)
        if self._recorded is not None:
            self._recorded.append(payload)
        for member in self.members:
            member.take(payload)
        # Those who wait for a new map are about to read it.
        if not self._waiting and self._replay and _is_long(self._replay):
            self._replay = None

    def _end(self) -> None:
        self._ended.set()
        self._on_end(self)
        self._started.set()
        for member in self.members:
            member.news.set()


def _may_pass(error: Exception) -> bool:
    """A fault of ours may; what a client asked for wrongly stays wrong."""
    if isinstance(error, OperationFailedError):
        return not results.OURS.isdisjoint(results.codes(error.errors))
    return True


def _is_long(replay: list[str]) -> bool:
    whole, *since = replay
    bound = max(REPLAY_CHARACTERS, 2 * len(whole))
    return len(since) >= REPLAY_MESSAGES or sum(map(len, since)) > bound
