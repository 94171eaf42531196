"""Two queues get the same messages; one of them writes at once what it can.

Each sends what it has accepted, in that order: nothing twice, and nothing is missing
but what waited for an operation when that was closed.
"""

import asyncio
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.support.asgi_socket import settle
from tests.support.frame_transport import FrameTransport
from transport.json_text import decode
from transport.outgoing_queue import OutgoingQueue, SlowConsumerError
from transport.text_writer import TextWriter

MAX_MESSAGES = 4
OPERATIONS = ("a", "b")
TURNS = 3  # of the event loop: fewer than a message needs to pass through the queue


class Line:
    """A queue with its writer and a client, which reads nothing while it is stalled."""

    def __init__(self, *, writes_at_once: bool) -> None:
        self.received: list[int] = []
        self.accepted: list[int] = []
        self.dropped: set[int] = set()
        self._reads = asyncio.Event()
        self._reads.set()
        self._room: int | None = None  # how many messages are left until it stalls
        self._writer = TextWriter(FrameTransport(self._receive))
        writer = self._writer if writes_at_once else None
        self._queue = OutgoingQueue(MAX_MESSAGES, writer=writer)
        self._outboxes = {each: self._queue.outbox(each) for each in OPERATIONS}
        self.task = asyncio.create_task(self._queue.send_all(self._send))
        self.read()

    def put(self, number: int) -> None:
        try:
            self._queue.put({"type": "pong", "payload": number})
        except SlowConsumerError:
            return
        self.accepted.append(number)

    def offer(self, operation: str, number: int) -> None:
        if self._outboxes[operation].offer(b"%d" % number):
            self.accepted.append(number)

    def close(self, operation: str, numbers: set[int]) -> None:
        """`numbers` are those of the operation so far."""
        self.dropped |= numbers - set(self.received)
        self._outboxes[operation].close()
        self._outboxes[operation] = self._queue.outbox(operation)

    def stall(self, room: int) -> None:
        self._room = room
        self._update()

    def read(self) -> None:
        self._room = None
        self._update()

    def _update(self) -> None:
        """As a transport over its high-water mark, from inside of `write` too."""
        self._writer.is_ready = self._room is None or self._room > 0
        (self._reads.set if self._writer.is_ready else self._reads.clear)()

    def _receive(self, text: str) -> None:
        self.received.append(decode(text)["payload"])
        if self._room:
            self._room -= 1
            self._update()

    async def _send(self, text: str) -> None:
        await self._reads.wait()
        self._receive(text)


@dataclass
class Sent:
    count: int = 0
    of: dict[str, set[int]] = field(
        default_factory=lambda: {each: set() for each in OPERATIONS}
    )


class OrderMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.sent = Sent()
        self.lines = self.loop.run_until_complete(self._start())

    async def _start(self) -> tuple[Line, Line]:
        return Line(writes_at_once=True), Line(writes_at_once=False)

    @rule(operation=st.sampled_from(OPERATIONS), count=st.integers(1, 3))
    def offer(self, operation: str, count: int) -> None:
        for _ in range(count):
            self.sent.count += 1
            self.sent.of[operation].add(self.sent.count)
            for line in self.lines:
                line.offer(operation, self.sent.count)

    @rule()
    def put(self) -> None:
        self.sent.count += 1
        for line in self.lines:
            line.put(self.sent.count)

    @rule(room=st.integers(0, 2))
    def stall(self, room: int) -> None:
        for line in self.lines:
            line.stall(room)

    @rule()
    def read(self) -> None:
        for line in self.lines:
            line.read()

    @rule(operation=st.sampled_from(OPERATIONS))
    def close(self, operation: str) -> None:
        for line in self.lines:
            line.close(operation, self.sent.of[operation])

    @rule(turns=st.integers(1, TURNS))
    def pass_time(self, turns: int) -> None:
        for _ in range(turns):
            self.loop.run_until_complete(asyncio.sleep(0))

    def teardown(self) -> None:
        try:
            self.read()
            self.loop.run_until_complete(settle())
            for line in self.lines:
                line.task.cancel()
            self.loop.run_until_complete(settle())
        finally:
            self.loop.close()
        self._check()

    def _check(self) -> None:
        for line in self.lines:
            missing = set(line.accepted) - set(line.received)
            assert missing <= line.dropped
            kept = [each for each in line.accepted if each not in missing]
            assert line.received == kept


OrderMachine.TestCase.settings = settings(
    max_examples=100,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestOrder = OrderMachine.TestCase
