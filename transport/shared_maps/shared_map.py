"""One execution of a seat map, shared by all who watch it."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import aclosing, suppress

from runtime.back_off import BackOff
from telemetry import origin
from telemetry.process_metrics import SHARED_STREAMS
from transport import results
from transport.documents.call import Call
from transport.execution import Execution
from transport.request_context import new_request_id
from transport.results import OperationFailedError
from transport.shared_maps.shared_task import SharedTask
from transport.shared_maps.watcher import Watcher, Watchers
from transport.shares.admission import Admission
from transport.shares.read_shares import ReadShares

log = logging.getLogger(__name__)

REPLAY_MESSAGES = 200
REPLAY_BYTES = 65_536  # or twice the whole map, if that is more
FIRST_DELAY = 0.05  # seconds, until a failed reading of a new map is tried again
LONGEST_DELAY = 2.0


class SharedMap:
    """All who watch one seat map with one document.

    `_replay` is a whole map and what came since: all that a new watcher needs. It is
    dropped once it is longer than a new map, and the next watcher has a new map read.
    If that fails, a new watcher ends with the error. One that has received something
    before waits and tries again, as long as the stream itself goes on.
    """

    def __init__(
        self,
        execution: Execution,
        shares: ReadShares,
        admission: Admission,
        call: Call,
        *,
        key: bytes,
        on_end: Callable[["SharedMap"], None],
    ) -> None:
        self.key = key
        self.watchers = Watchers()
        self._execution = execution
        self._shares = shares
        self._stream_admission = admission
        self._admission = admission  # of the reading that new watchers wait for
        self._call = call
        self._on_end = on_end
        self._replay: list[bytes] | None = None
        # What comes while a new map is read.
        self._recorded: list[bytes] | None = None
        self._reading: SharedTask | None = None
        self._waiting = 0  # watchers that wait for the reading
        self._back_off = BackOff(FIRST_DELAY, LONGEST_DELAY)
        self._retry_at = 0.0
        self._started = asyncio.Event()
        self._ended = asyncio.Event()
        self._failure: OperationFailedError | None = None
        self._stream = SharedTask(self._run(admission), admission)

    async def stop(self) -> None:
        tasks = [each for each in (self._stream, self._reading) if each is not None]
        await asyncio.gather(*(each.stop() for each in tasks))

    async def serve(self, watcher: Watcher, resumed: Call | None) -> None:
        """Returns when the stream ends; raises OperationFailedError if it failed.

        `resumed` is the watcher's own call, with its `after`.
        """
        self._shares.join(self._admission, watcher.client)
        self._shares.join(self._stream_admission, watcher.client)
        await self._started.wait()
        caught_up = False
        if resumed is not None and not self._ended.is_set():
            caught_up = await self._resume(watcher, resumed)
        if not caught_up:
            await self._send_replay(watcher)
        while not self._ended.is_set():
            await watcher.woken.wait()
            if not self.watchers.is_live(watcher) and not self._ended.is_set():
                await watcher.outbox.drained()
                await self._send_replay(watcher)
        if self._failure is not None:
            raise OperationFailedError(self._failure.errors)

    async def _resume(self, watcher: Watcher, call: Call) -> bool:
        """Sends what changed since `after`, and what came while that was read.

        False if a part of it could not be sent.
        """
        watcher.pending = []
        try:
            with self._line_up(watcher) as admission:
                first = await self._execution.first_payload(call, admission)
        finally:
            pending, watcher.pending = watcher.pending, None
        if pending is not None:
            missed = [first, *pending]
            if self.watchers.catch_up(watcher, missed):
                return True
        await watcher.outbox.drained()
        return False

    def _line_up(self, watcher: Watcher) -> Admission:
        operation = self._call.operation
        return self._shares.line_up(watcher.client, operation, bounded=False)

    async def _send_replay(self, watcher: Watcher) -> None:
        """Tries the kept replay once; a queue without room for it gets new maps."""
        replay = await self._replay_for(watcher, new=False)
        while replay and not self.watchers.catch_up(watcher, replay):
            await watcher.outbox.drained()
            if self._ended.is_set():
                return  # there are no new maps: the end is all that is left to send
            replay = await self._replay_for(watcher, new=True)

    async def _replay_for(self, watcher: Watcher, *, new: bool) -> list[bytes]:
        """Await nothing between this and `catch_up`, or the watcher has a gap."""
        while not self._ended.is_set() and (new or self._replay is None):
            self._waiting += 1
            try:
                await self._read_once(watcher)
                break
            except (OperationFailedError, TimeoutError) as error:
                if not watcher.has_received or not _is_temporary(error):
                    raise
            finally:
                self._waiting -= 1
            await self._wait_until_retry()
        return self._replay or []

    async def _wait_until_retry(self) -> None:
        """All who wait go on together, and share one reading."""
        while (seconds := self._retry_at - time.monotonic()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._ended.wait()
                    return

    async def _read_once(self, watcher: Watcher) -> None:
        """One reading for all who wait, in a task: a watcher that leaves ends none."""
        if self._reading is None:
            admission = self._admission = self._line_up(watcher)
            self._reading = SharedTask(self._read_new_map(admission), admission)
        self._shares.join(self._admission, watcher.client)
        reading = self._reading.task
        await asyncio.wait({reading})
        if reading.cancelled():
            return
        error = reading.exception()
        if error is not None:
            raise error

    async def _read_new_map(self, admission: Admission) -> None:
        origin.begin(new_request_id())
        recorded = self._recorded = []
        try:
            first = await self._execution.first_payload(self._call, admission)
            self._replay = [first, *recorded]
            self._back_off.reset()
            self._retry_at = 0.0
        except Exception:
            self._retry_at = time.monotonic() + self._back_off.next_delay()
            raise
        finally:
            self._recorded = None
            self._reading = None

    async def _run(self, admission: Admission) -> None:
        # An id of its own: it is executed for all watchers, not for one request.
        request_id = origin.begin(new_request_id()).request_id
        SHARED_STREAMS.inc()
        try:
            await admission.wait()
            stream = self._execution.payloads(
                self._call, admission=admission, next_turn=self._next_turn
            )
            async with aclosing(stream) as payloads:
                async for payload in payloads:
                    self._publish(payload)
        except OperationFailedError as failure:
            self._failure = failure
        except Exception as error:
            log.exception("a shared map failed", extra={"request_id": request_id})
            errors = results.server_fault(error, request_id)
            self._failure = OperationFailedError(errors)
        finally:
            SHARED_STREAMS.dec()
            self._end()

    async def _next_turn(self) -> None:
        """In the queues of all who watch now: the first one may have many reads."""
        await self._stream_admission.again({each.client for each in self.watchers})

    def _publish(self, payload: bytes) -> None:
        if not self._started.is_set():
            self._replay = [payload]
            self._started.set()
        elif self._replay is not None:
            self._replay.append(payload)
        if self._recorded is not None:
            self._recorded.append(payload)
        self.watchers.deliver(payload)
        # Watchers that wait for a new map are about to read it: it has to stay.
        if not self._waiting and self._replay and _is_long(self._replay):
            self._replay = None

    def _end(self) -> None:
        self._ended.set()
        self._on_end(self)
        self._started.set()
        for watcher in self.watchers:
            watcher.woken.send()


def _is_temporary(error: Exception) -> bool:
    """A fault of ours may pass; what a client did wrong stays wrong."""
    if isinstance(error, OperationFailedError):
        return not results.SERVER_FAULTS.isdisjoint(results.codes(error.errors))
    return True


def _is_long(replay: list[bytes]) -> bool:
    whole, *since = replay
    bound = max(REPLAY_BYTES, 2 * len(whole))
    return len(since) >= REPLAY_MESSAGES or sum(map(len, since)) > bound
