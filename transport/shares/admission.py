"""The place of one read: first in the queues of its clients, then on the event loop."""

import asyncio
from collections.abc import Collection, Coroutine, Hashable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from resolvers.faults import FaultError, unavailable
from transport import results
from transport.documents.document import Operation
from transport.results import OperationFailedError
from transport.shares.meter import Meter

T = TypeVar("T")


class Queues(Protocol):
    """Of the process that admits reads."""

    def enqueue(
        self, admission: "Admission", clients: Collection[Hashable]
    ) -> None: ...

    def end(self, admission: "Admission", codes: Collection[str | None]) -> None: ...


class Admission:
    """Always `end` it, also after an error."""

    def __init__(self, queues: Queues, operation: Operation | None) -> None:
        self.queues = queues
        self.operation = operation
        self.clients: tuple[Hashable, ...] = ()  # those that pay for it
        self.expected = 0.0  # seconds of the loop that they have paid already
        self.overdue_at = 0.0
        self._meter = Meter()
        self._measured_before = 0.0
        self._waiting: asyncio.Future[None] | None = None
        self._failure: FaultError | None = None
        self._ended = False
        self._was_cut = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, asyncio.CancelledError):
            self.cut()
        self.end()

    @property
    def reads_maps(self) -> bool:
        return self.operation is not None and self.operation.measured.maps > 0

    @property
    def waits(self) -> bool:
        return self._waiting is not None and not self._waiting.done()

    @property
    def seconds(self) -> float:
        """How long the loop has been busy with it since it was admitted.

        One that was cut costs what was expected: servers have begun to work for it, and
        its operation is no cheaper the next time.
        """
        measured = self._meter.seconds - self._measured_before
        return max(measured, self.expected) if self._was_cut else measured

    def line_up(self) -> None:
        self._waiting = asyncio.get_running_loop().create_future()
        self._failure = None
        self._ended = False

    def admit(self) -> None:
        self._measured_before = self._meter.seconds
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def refuse(self, fault: FaultError) -> None:
        self._failure = fault
        self._ended = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def wait(self) -> None:
        """Raises OperationFailedError."""
        if self._waiting is not None:
            # Several may wait for it: one that is cancelled cancels only itself.
            await asyncio.shield(self._waiting)
        self.raise_if_refused()

    def raise_if_refused(self) -> None:
        """Raises OperationFailedError. One that was refused waits no more."""
        if self._failure is not None:
            raise OperationFailedError(results.of_fault(self._failure))

    async def again(self, clients: Collection[Hashable] | None = None) -> None:
        """Waits for another read, by default of the same clients. Raises FaultError.

        A subscription that has to read a whole map again does so.
        """
        self.end()
        self.queues.enqueue(self, clients or self.clients)
        try:
            await self.wait()
        except OperationFailedError:
            raise unavailable() from None

    async def measured(self, work: Coroutine[Any, Any, T]) -> T:
        return await self._meter.measured(work)

    def cut(self) -> None:
        """Nobody waits for its end."""
        self._was_cut = True

    def measuring(self) -> AbstractContextManager[None]:
        return self._meter.running()

    def end(self, codes: Collection[str | None] = ()) -> None:
        """Does nothing the second time. `codes` are those of the errors of the read."""
        if not self._ended:
            self._ended = True
            self.queues.end(self, codes)
