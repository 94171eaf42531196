"""Reads wait for their turn, so a client that reads much slows down only itself.

Everything runs on one event loop, in pieces that nothing interrupts. So what a read
costs is time of the loop, and it is measured. The client whose reads have cost least is
next. Reads run together as long as they cost little together, and begin one after the
other. While a change is on its
way, the loop is free for a while after each read. Changes never wait here.
"""

import asyncio
import math
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Hashable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager

from resolvers.faults import FaultError, rate_limited, unavailable
from telemetry.process_metrics import READS_WAITING
from telemetry.sale_metrics import RATE_LIMITED
from transport import results
from transport.documents.document import Operation
from transport.limits import MAX_READS, MAX_READS_OF_CLIENT, MAX_TURN_SECONDS
from transport.results import OperationFailedError
from transport.shares.admission import Admission
from transport.shares.fair_queue import FairQueue

# Of the loop, by all reads that run at the same time; one runs always. A change that
# arrives may have to wait for as long.
TOGETHER_SECONDS = 0.01
# What the meter does not see adds up: rows that drivers decode, answers that are sent,
# and what servers do on the same machine. Beside a change, its statements wait for it.
MOST_TOGETHER = 8
MOST_BESIDE_CHANGES = 3
# A client may first send an operation that costs little, and then the same operation
# with variables that make it cost much.
MOST_OF_CLIENT = 4
# A read that takes longer waits for a server, and does not keep the loop busy. One that
# costs much gets more time: on a slow machine it would begin beside too many others.
OVERDUE_SECONDS = 0.1
OVERDUE_TIMES = 20.0  # of what it is expected to cost
# While a change is on its way, for each second of the loop that a read has taken.
# What the meter does not see of a small read is more than what it sees.
REST = 4.0
# Another change comes soon after one: for as long the reads go on as if it were there.
NEXT_CHANGE_SECONDS = 0.05
LONGEST_PAUSE = 0.25


class _Changes:
    """Entered by each mutation that is on its way; `then` is called after the last."""

    def __init__(self, then: Callable[[], None]) -> None:
        self.until = 0.0  # if none is on its way
        self._count = 0
        self._then = then

    def __enter__(self) -> None:
        self._count += 1
        self.until = math.inf

    def __exit__(self, *_raised: object) -> None:
        self._count -= 1
        if not self._count:
            self.until = asyncio.get_running_loop().time() + NEXT_CHANGE_SECONDS
            self._then()


class ReadShares:
    """The reads of one process, over HTTP and on sockets."""

    def __init__(
        self, at_most: int = MAX_READS_OF_CLIENT, in_all: int = MAX_READS
    ) -> None:
        self._at_most = at_most  # of one client
        self._in_all = in_all
        self._queue: FairQueue[Admission] = FairQueue()
        self._running: set[Admission] = set()
        self._changes = _Changes(self._admit)
        self._free_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._has_started = False  # a read, in this round of the loop

    def change(self) -> AbstractContextManager[None]:
        """While a mutation is on its way."""
        return self._changes

    @asynccontextmanager
    async def admission_for(
        self, client: Hashable, operation: Operation | None
    ) -> AsyncIterator[Admission]:
        """Waits for the turn of a read. Raises OperationFailedError."""
        with self.line_up(client, operation) as admission:
            if admission.waits:
                try:
                    async with asyncio.timeout(MAX_TURN_SECONDS):
                        await admission.wait()
                except TimeoutError:
                    raise OperationFailedError(results.of_fault(_busy())) from None
            admission.raise_if_refused()
            yield admission

    def line_up(
        self,
        client: Hashable,
        operation: Operation | None = None,
        *,
        bounded: bool = True,
    ) -> Admission:
        """Raises OperationFailedError if `bounded` and the queue of the client is full.

        The client None is this machine: a proxy or a load test, for many clients.
        """
        has_bound = bounded and client is not None
        if has_bound and self._queue.waiting_of(client) >= self._at_most:
            raise OperationFailedError(results.of_fault(_busy()))
        admission = Admission(self, operation)
        self.enqueue(admission, (client,))
        return admission

    def enqueue(self, admission: Admission, clients: Collection[Hashable]) -> None:
        admission.line_up()
        admission.clients = tuple(clients)
        for client in clients:
            self._queue.join(admission, client)
        READS_WAITING.inc()
        if len(self._queue) > self._in_all:
            self._refuse([self._queue.last_of_longest()], _busy())
        self._admit()

    def join(self, admission: Admission, client: Hashable) -> None:
        """Puts it into another client's queue too."""
        if admission in self._queue:
            self._queue.join(admission, client)

    def end(self, admission: Admission, codes: Collection[str | None]) -> None:
        if admission in self._queue:
            self._queue.remove(admission)
            READS_WAITING.dec()
            return
        self._running.discard(admission)
        seconds = admission.seconds
        self._queue.charge(admission.clients, seconds, admission.expected)
        if admission.operation is not None:
            admission.operation.seconds = seconds
        now = asyncio.get_running_loop().time()
        pause = min(seconds * REST, LONGEST_PAUSE)
        # Without changes nobody has waited for it, so it does not add up.
        rested_until = self._free_at if now < self._changes.until else now
        self._free_at = max(now, rested_until) + pause
        if results.UNAVAILABLE in codes and admission.reads_maps:
            # Each would only find out the same, one after the other.
            waiting = [each for each in self._queue if each.reads_maps]
            self._refuse(waiting, unavailable())
        self._admit()

    def _refuse(self, admissions: Collection[Admission], fault: FaultError) -> None:
        for admission in admissions:
            self._queue.remove(admission)
            READS_WAITING.dec()
            admission.refuse(fault)

    def _admit(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._queue and not (self._has_started and self._running):
            loop = asyncio.get_running_loop()
            now = loop.time()
            self._running = {each for each in self._running if each.overdue_at > now}
            served = self._served()
            free_at = self._next_at(now, served)
            if free_at is not None:
                self._timer = loop.call_at(free_at, self._admit)
                return
            self._start(*self._queue.pop(served), now)
            # The next one begins when this one shows what its first step costs: many
            # may have cost nothing the last time, and much now.
            self._has_started = True
            loop.call_soon(self._admit_next)

    def _admit_next(self) -> None:
        self._has_started = False
        self._admit()

    def _next_at(self, now: float, served: Collection[Hashable]) -> float | None:
        """When to look again, at the latest; None if the next read may begin now."""
        until = self._changes.until
        if now < until and now < self._free_at:
            return min(until, self._free_at)
        later = min((each.overdue_at for each in self._running), default=now)
        try:
            expected = _expected(self._queue.first(served))
        except ValueError:
            return later
        under_way = (max(each.expected, each.seconds) for each in self._running)
        together = expected + sum(under_way)
        most = MOST_BESIDE_CHANGES if now < until else MOST_TOGETHER
        if not self._running or (
            len(self._running) < most and together <= TOGETHER_SECONDS
        ):
            return None
        return later

    def _served(self) -> set[Hashable]:
        """Clients with as many reads under way as one may have."""
        alone = (each.clients[0] for each in self._running if len(each.clients) == 1)
        counts = Counter(alone)
        # This machine speaks for many.
        return {
            client
            for client, reads in counts.items()
            if client is not None and reads >= MOST_OF_CLIENT
        }

    def _start(
        self, admission: Admission, clients: Sequence[Hashable], now: float
    ) -> None:
        READS_WAITING.dec()
        admission.clients = tuple(clients)
        admission.expected = _expected(admission)
        overdue = OVERDUE_SECONDS + OVERDUE_TIMES * admission.expected
        admission.overdue_at = now + overdue
        self._queue.reserve(clients, admission.expected)
        self._running.add(admission)
        admission.admit()


def _expected(admission: Admission) -> float:
    """As long as it took the last time; nobody knows what a new one does."""
    operation = admission.operation
    if operation is None or operation.seconds is None:
        return TOGETHER_SECONDS
    return operation.seconds


def _busy() -> FaultError:
    RATE_LIMITED.labels("reads").inc()
    return rate_limited(seconds=1)
