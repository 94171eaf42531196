"""Costly reads take turns, so a client that reads much slows down only its own reads.

A map of 1,000 seats keeps the event loop busy for some 40 ms, in one piece. A hundred
of them at once leave no time for sales. So one costly read runs at a time. Then the
loop serves others for as long as it was busy. The reads that wait are in one queue for
each client, and the queues take turns. Mutations and cheap reads never wait.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Collection, Hashable, Iterable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from graphql import OperationType

from resolvers.faults import rate_limited, unavailable
from telemetry.process_metrics import COSTLY_READS_WAITING
from telemetry.sale_metrics import RATE_LIMITED
from transport import results
from transport.documents.call import Call
from transport.limits import MAX_COSTLY_READS, MAX_TURN_SECONDS
from transport.results import OperationFailedError

COSTLY = 1_000  # fields of the answer: about 7 ms
# A read that takes longer waits for a server, and does not keep the loop busy.
OVERDUE_SECONDS = 0.5
# Other work that ran during a read counts too. In a storm that is a lot.
LONGEST_PAUSE = 0.25


def is_costly(call: Call) -> bool:
    """Decides before execution. A map is costly, even with one field."""
    operation = call.operation
    if operation is None or operation.kind is OperationType.MUTATION:
        return False
    has_map = operation.measured.maps > 0
    return has_map or operation.cost_with(call.variables) >= COSTLY


class Admission:
    """The place of one read in the queues. Always `end` it, also after an error."""

    def __init__(self, reads: "CostlyReads") -> None:
        self.clients: set[Hashable] = set()
        self.cpu_began = 0.0
        self.overdue: asyncio.TimerHandle | None = None
        self.reads = reads
        self._admitted = asyncio.Event()
        self._ended = False
        self._is_unavailable = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    @property
    def waits(self) -> bool:
        return not self._admitted.is_set() and not self._ended

    def admit(self) -> None:
        self._admitted.set()

    def refuse(self) -> None:
        self._is_unavailable = True
        self._admitted.set()

    async def wait(self) -> None:
        """Raises OperationFailedError."""
        await self._admitted.wait()
        if self._is_unavailable:
            raise OperationFailedError(results.of_fault(unavailable()))

    async def again(self, clients: Collection[Hashable] | None = None) -> None:
        """Waits for another read, by default of the same clients. Raises FaultError.

        A subscription that has to read a whole map again does so.
        """
        self.end()
        self._admitted.clear()
        self._ended = self._is_unavailable = False
        clients = self.clients if clients is None else clients
        self.clients = set()
        self.reads.enqueue(self, clients)
        try:
            await self.wait()
        except OperationFailedError:
            raise unavailable() from None

    def end(self, codes: Collection[str | None] = ()) -> None:
        """Does nothing the second time. `codes` are those of the errors of the read."""
        if self._ended:
            return
        waited = self.waits
        self._ended = True
        if self._is_unavailable:
            return
        if results.UNAVAILABLE in codes:
            self.reads.refuse_all()
        self.reads.end(self, waited=waited)


class CostlyReads:
    """The queues of one process.

    After a read the loop serves others for `rest` times the CPU time of the read.
    """

    def __init__(self, at_most: int = MAX_COSTLY_READS, rest: float = 1.0) -> None:
        self._at_most = at_most
        self._rest = rest
        # Only clients that have reads waiting. The first one is next.
        self._queues: OrderedDict[Hashable, deque[Admission]] = OrderedDict()
        self._running: Admission | None = None
        self._free_at = 0.0
        self._pause: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def admission_for(self, client: Hashable) -> AsyncIterator[Admission]:
        """Waits for the turn of a costly read. Raises OperationFailedError."""
        with self.line_up(client) as admission:
            try:
                async with asyncio.timeout(MAX_TURN_SECONDS):
                    await admission.wait()
            except TimeoutError:
                raise _refused() from None
            yield admission

    def line_up(self, client: Hashable, *, bounded: bool = True) -> Admission:
        """Raises OperationFailedError if `bounded` and the queue of the client is full.

        The client None is this machine: a proxy or a load test, for many clients.
        """
        if (
            bounded
            and client is not None
            and len(self._queues.get(client, ())) >= self._at_most
        ):
            raise _refused()
        admission = Admission(self)
        self.enqueue(admission, (client,))
        return admission

    def enqueue(self, admission: Admission, clients: Iterable[Hashable]) -> None:
        COSTLY_READS_WAITING.inc()
        for client in clients:
            self.join(admission, client)
        self._admit_next()

    def join(self, admission: Admission, client: Hashable) -> None:
        """Puts it into another client's queue too. The queue that is faster counts."""
        if admission.waits and client not in admission.clients:
            admission.clients.add(client)
            self._queues.setdefault(client, deque()).append(admission)

    def end(self, admission: Admission, *, waited: bool) -> None:
        if waited:
            self._remove(admission)
            return
        if admission.overdue is not None:
            admission.overdue.cancel()
        spent = min(time.thread_time() - admission.cpu_began, LONGEST_PAUSE)
        now = asyncio.get_running_loop().time()
        self._free_at = max(now, self._free_at) + spent * self._rest
        self._let_next(admission)

    def refuse_all(self) -> None:
        """Call it when a server is unavailable. All reads that wait fail at once."""
        waiting = {each for queue in self._queues.values() for each in queue}
        self._queues.clear()
        for admission in waiting:
            COSTLY_READS_WAITING.dec()
            admission.refuse()

    def _let_next(self, admission: Admission) -> None:
        if self._running is admission:
            self._running = None
            self._admit_next()

    def _admit_next(self) -> None:
        if self._running is not None or self._pause is not None or not self._queues:
            return
        loop = asyncio.get_running_loop()
        if self._free_at > loop.time():
            self._pause = loop.call_at(self._free_at, self._end_pause)
            return
        client, queue = next(iter(self._queues.items()))
        self._queues.move_to_end(client)
        admission = self._running = queue[0]
        self._remove(admission)
        admission.cpu_began = time.thread_time()
        admission.overdue = loop.call_later(OVERDUE_SECONDS, self._let_next, admission)
        admission.admit()

    def _end_pause(self) -> None:
        self._pause = None
        self._admit_next()

    def _remove(self, admission: Admission) -> None:
        COSTLY_READS_WAITING.dec()
        for client in admission.clients:
            self._queues[client].remove(admission)
            if not self._queues[client]:
                del self._queues[client]


def _refused() -> OperationFailedError:
    RATE_LIMITED.labels("costly_reads").inc()
    return OperationFailedError(results.of_fault(rate_limited(seconds=1)))
