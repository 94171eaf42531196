"""A scope ends its task between two calls of servers, never in one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from runtime.cancel_scope import (
    CancelScope,
    before_call,
    call_under_way,
    outliving,
)
from tests.support.asgi_socket import settle

Work = Callable[[], Awaitable[None]]


class Server:
    """Answers all calls when `answers` is set."""

    def __init__(self) -> None:
        self.answers = asyncio.Event()
        self.begun = 0
        self.cut = 0

    async def call(self) -> None:
        await before_call()
        with call_under_way():
            self.begun += 1
            try:
                await self.answers.wait()
            except asyncio.CancelledError:
                self.cut += 1
                raise


@pytest.fixture
def server() -> Server:
    return Server()


@asynccontextmanager
async def begun(scope: CancelScope, work: Work) -> AsyncIterator[asyncio.Task[None]]:
    async def run() -> None:
        with scope:
            await work()

    task = asyncio.create_task(run())
    await settle()
    yield task
    await asyncio.wait([task], timeout=60)


async def for_ever() -> None:
    await asyncio.Event().wait()


async def test_who_waits_for_no_server_ends_at_once() -> None:
    scope = CancelScope()
    async with begun(scope, for_ever) as task:
        scope.cancel()
    assert task.cancelled()


async def test_a_call_under_way_gets_its_answer_first(server: Server) -> None:
    scope = CancelScope()

    async def work() -> None:
        await server.call()
        await for_ever()

    async with begun(scope, work) as task:
        scope.cancel()
        await settle()
        assert not task.done()
        server.answers.set()
    assert task.cancelled()
    assert server.cut == 0


async def test_so_does_one_of_a_task_that_was_begun_in_it(server: Server) -> None:
    scope = CancelScope()
    children: list[asyncio.Task[None]] = []

    async def work() -> None:
        children.append(asyncio.create_task(server.call()))
        await for_ever()

    async with begun(scope, work) as task:
        scope.cancel()
        await settle()
        assert not task.done()
        server.answers.set()
    assert task.cancelled()
    assert not children[0].cancelled()
    assert server.cut == 0


async def test_no_other_call_begins_meanwhile(server: Server) -> None:
    scope = CancelScope()
    other = asyncio.Event()

    async def later() -> None:
        await other.wait()
        await server.call()

    async def work() -> None:
        await asyncio.gather(server.call(), later())

    async with begun(scope, work) as task:
        scope.cancel()
        other.set()
        await settle()
        assert server.begun == 1
        assert not task.done()
        server.answers.set()
    assert task.cancelled()
    assert server.begun == 1


async def test_no_call_begins_after_it(server: Server) -> None:
    """Not even in a task that goes on, as the one of a loader does."""
    scope = CancelScope()
    later = asyncio.Event()
    children: list[asyncio.Task[None]] = []

    async def child() -> None:
        await later.wait()
        await server.call()

    async def work() -> None:
        children.append(asyncio.create_task(child()))
        await for_ever()

    async with begun(scope, work):
        scope.cancel()
    later.set()
    await asyncio.wait(children, timeout=60)
    assert children[0].cancelled()
    assert server.begun == 0


async def test_what_others_want_too_goes_on(server: Server) -> None:
    scope = CancelScope()
    shared: list[asyncio.Task[None]] = []

    async def work() -> None:
        shared.append(asyncio.create_task(outliving(server.call())))
        await asyncio.shield(shared[0])

    async with begun(scope, work) as task:
        scope.cancel()
    assert task.cancelled()
    server.answers.set()
    await asyncio.wait(shared, timeout=60)
    assert not shared[0].cancelled()


async def test_a_task_that_ends_by_itself_was_not_cancelled(server: Server) -> None:
    scope = CancelScope()
    async with begun(scope, server.call) as task:
        server.answers.set()
        await settle()
        scope.cancel()
    assert not task.cancelled()


async def test_it_is_entered_again_unless_it_was_cancelled() -> None:
    scope = CancelScope()
    for _ in range(2):
        with scope:
            await asyncio.sleep(0)
    scope.cancel()
    with pytest.raises(asyncio.CancelledError), scope:
        pass


async def test_calls_outside_of_a_scope_begin_as_ever(server: Server) -> None:
    scope = CancelScope()
    with scope:
        pass
    scope.cancel()
    server.answers.set()
    await server.call()
    assert server.begun == 1
