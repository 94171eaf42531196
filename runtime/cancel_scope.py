"""Ends work that nobody waits for any more, and keeps its connections whole."""

import asyncio
from collections.abc import Awaitable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar, Token
from typing import Self, TypeVar

T = TypeVar("T")

_SCOPE: ContextVar["CancelScope | None"] = ContextVar("cancel scope", default=None)
_NO_SCOPE = nullcontext()


class CancelScope:
    """`with` it: `cancel` ends the task in it with a CancelledError.

    Calls of servers that are under way in this task, or in tasks that it began, get
    their answers first. A connection that loses its caller has to be opened again, and
    the server would go on with the call. No other call begins meanwhile.

    It may be entered several times, one after the other.
    """

    __slots__ = ("_calls", "_outer", "_parked", "_task", "is_cancelled")

    def __init__(self) -> None:
        self.is_cancelled = False
        self._calls = 0
        self._task: asyncio.Task[object] | None = None
        self._outer: Token[CancelScope | None] | None = None
        self._parked: asyncio.Future[None] | None = None  # calls that do not begin

    def __enter__(self) -> Self:
        if self.is_cancelled:
            raise asyncio.CancelledError
        self._task = asyncio.current_task()
        self._outer = _SCOPE.set(self)
        return self

    def __exit__(self, *_raised: object) -> None:
        if self._outer is not None:
            _SCOPE.reset(self._outer)
            self._outer = None
        self._task = None
        self._end_parked()

    def cancel(self) -> None:
        self.is_cancelled = True
        self._end()

    def call_began(self) -> None:
        self._calls += 1

    def call_ended(self) -> None:
        self._calls -= 1
        if self.is_cancelled and not self._calls:
            # Not from within the task itself: it has a connection to give back.
            asyncio.get_running_loop().call_soon(self._end)

    async def park(self) -> None:
        """Until the task has been cancelled. Raises CancelledError."""
        if self._task is None:
            raise asyncio.CancelledError
        if self._parked is None:
            self._parked = asyncio.get_running_loop().create_future()
        await self._parked

    def _end(self) -> None:
        if self._task is not None and not self._calls:
            self._task.cancel()
            self._task = None
            self._end_parked()

    def _end_parked(self) -> None:
        if self._parked is not None:
            self._parked.cancel()


class _Call:
    __slots__ = ("_scope",)

    def __init__(self, scope: CancelScope) -> None:
        self._scope = scope

    def __enter__(self) -> None:
        self._scope.call_began()

    def __exit__(self, *_raised: object) -> None:
        self._scope.call_ended()


async def before_call() -> None:
    """Raises CancelledError if nobody waits for the answer any more."""
    scope = _SCOPE.get()
    if scope is not None and scope.is_cancelled:
        await scope.park()


def call_under_way() -> AbstractContextManager[object]:
    """Of a server. `before_call` must not be awaited in it."""
    scope = _SCOPE.get()
    return _NO_SCOPE if scope is None else _Call(scope)


async def after_call() -> None:
    """Between two calls on one connection, which do not wait for anything else.

    Raises CancelledError if nobody waits for the next one.
    """
    scope = _SCOPE.get()
    if scope is not None and scope.is_cancelled:
        await asyncio.sleep(0)


async def outliving(work: Awaitable[T]) -> T:
    """For a task whose result others want, too: it does not end with its caller."""
    _SCOPE.set(None)
    return await work
