"""A state machine of one shared map: watchers come and go while it changes and fails.

After every step each client has exactly the seats of the position up to which it was
sent the map, so it has no gap; one that can catch up has caught up; no queue is
longer than its bound; and in the end nothing is left over.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
)

from tests.support.asgi_socket import AsgiSocket, settle
from tests.support.versioned_seat_map import SEATS, Client, Feed, schema
from transport import GraphQLWebSocket
from transport.shared_maps import shared_map, watcher
from transport.shares.read_shares import ReadShares

T = TypeVar("T")

MAX_MESSAGES = 4
SOME_SEATS = st.lists(st.sampled_from(SEATS), max_size=6)


class SharedMapMachine(RuleBasedStateMachine):
    clients = Bundle("clients")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.patch = pytest.MonkeyPatch()
        # Small, so that a few changes are too many.
        self.patch.setattr(shared_map, "REPLAY_MESSAGES", 6)
        self.patch.setattr(shared_map, "FIRST_DELAY", 0.0)
        self.patch.setattr(watcher, "MAX_PENDING", 2)
        self.open: list[Client] = []
        self.before = asyncio.all_tasks(self.loop)

    def run(self, call: Awaitable[T]) -> T:
        return self.loop.run_until_complete(call)

    @initialize()
    def start(self) -> None:
        self.feed = Feed()
        self.feed.readable.set()
        self.app = GraphQLWebSocket(
            schema,
            self.feed.context_of,
            lambda _: None,
            ReadShares(),
            max_messages=MAX_MESSAGES,
        )

    async def _connect(self, *, writes_at_once: bool) -> Client:
        socket = AsgiSocket(self.app, writes_at_once=writes_at_once)
        client = Client(self.feed, socket)
        await client.socket.__aenter__()
        await client.socket.init()
        return client

    @rule(target=clients, meanwhile=SOME_SEATS, writes_at_once=st.booleans())
    def join(self, meanwhile: list[str], *, writes_at_once: bool) -> Client:
        client = self.run(self._connect(writes_at_once=writes_at_once))
        self.open.append(client)
        client.subscribe()
        self._change_while_reading(meanwhile)
        return client

    @rule(seats=SOME_SEATS)
    def deliver(self, seats: list[str]) -> None:
        for seat in seats:
            self.feed.change(seat)

    @rule(client=clients)
    def stop_reading(self, client: Client) -> None:
        client.reads = False
        client.socket.stop_reading()

    @rule(client=clients, meanwhile=SOME_SEATS)
    def read_again(self, client: Client, meanwhile: list[str]) -> None:
        client.reads = True
        client.socket.read_again()
        self._change_while_reading(meanwhile)

    @rule(client=clients)
    def complete(self, client: Client) -> None:
        if client.is_watching:
            client.complete()

    @rule(client=clients, meanwhile=SOME_SEATS)
    def resume(self, client: Client, meanwhile: list[str]) -> None:
        """From the position that it has, if it has received any."""
        if client.reads:
            if client.is_watching:
                client.complete()
            client.subscribe()
            self._change_while_reading(meanwhile)

    @rule(client=consumes(clients))
    def leave(self, client: Client) -> None:
        self.open.remove(client)
        self.run(client.socket.disconnect())

    @rule(event=st.sampled_from([None, ""]))
    def end_stream(self, event: str | None) -> None:
        self.feed.send(event)

    @rule(late=st.booleans())
    def change_moment(self, *, late: bool) -> None:
        self.feed.reads_late = late

    @rule(faulty=st.sampled_from([True, False, False, False]))
    def set_fault(self, *, faulty: bool) -> None:
        self.feed.faulty = faulty

    def _change_while_reading(self, seats: list[str]) -> None:
        """Each reading of the map lasts until all these changes have come."""
        self.feed.readable.clear()
        self.run(settle())
        self.deliver(seats)
        self.run(settle())
        self.feed.readable.set()

    @invariant()
    def clients_are_right(self) -> None:
        if not hasattr(self, "app"):
            return
        self.run(self._receive_all())
        assert all(
            len(each._outgoing) <= 2 * MAX_MESSAGES for each in self.app._sockets
        )
        assert len(self.app.shared_maps) <= 1
        if not self.feed.faulty:
            self._check_caught_up()

    def _check_caught_up(self) -> None:
        for client in self.open:
            if client.is_watching and client.reads:
                assert client.position == self.feed.position

    async def _receive_all(self) -> None:
        """Until there is nothing more to receive."""
        for _ in range(50):
            await settle()
            received = [await each.receive() for each in self.open if each.reads]
            if not any(received):
                return
        raise AssertionError("there is always more")

    def teardown(self) -> None:
        try:
            if hasattr(self, "app"):
                self.run(self._end())
        finally:
            self.patch.undo()
            self.run(self.loop.shutdown_asyncgens())
            self.loop.close()

    async def _end(self) -> None:
        self.feed.faulty = False
        for client in self.open:
            client.reads = True
            client.socket.read_again()
        await self._receive_all()
        self._check_caught_up()
        for client in self.open:
            await client.socket.disconnect()
        await settle()
        assert len(self.app) == len(self.app.shared_maps) == 0
        assert self.feed.executions == set()
        assert asyncio.all_tasks(self.loop) - {asyncio.current_task()} == self.before


SharedMapMachine.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestSharedMap = SharedMapMachine.TestCase
