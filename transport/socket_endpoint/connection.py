"""One connection of graphql-transport-ws: a reader, a writer, a task an operation."""

import asyncio
import logging
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from starlette.websockets import WebSocket, WebSocketDisconnect

from auth.tokens import AuthenticationError
from telemetry import process_metrics
from telemetry.sale_metrics import RATE_LIMITED
from transport import results
from transport.documents.call import Call
from transport.json_text import encode
from transport.request_context import CredentialsOf
from transport.socket_endpoint.frames import (
    Complete,
    ConnectionInit,
    Frame,
    Ping,
    SocketClosedError,
    Subscribe,
    frame_of,
)
from transport.socket_endpoint.outgoing_queue import Lane, Outgoing, SlowConsumerError
from transport.socket_endpoint.subscription_runner import Feeding

log = logging.getLogger(__name__)

CLOSING_SECONDS = 5.0
FINISHING_SECONDS = 5.0  # the server that stops waits a little longer
MAX_REASON_BYTES = 123  # a control frame carries 125, two of them the code


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    init_seconds: float
    operations: int
    messages: int
    characters: int


@dataclass(frozen=True, slots=True)
class _Operation:
    lane: Lane
    task: asyncio.Task[None]
    is_subscription: bool

    def end(self) -> None:
        """What may be in the middle of a transaction is finished, but not heard."""
        self.lane.close()
        if self.is_subscription:
            self.task.cancel()


class Socket:
    def __init__(
        self,
        websocket: WebSocket,
        credentials_of: CredentialsOf,
        feeding: Feeding,
        limits: Limits,
    ) -> None:
        self._websocket = websocket
        self._credentials_of = credentials_of
        self._feeding = feeding
        self._limits = limits
        self._outgoing = Outgoing(limits.messages, limits.characters)
        self._init: ConnectionInit | None = None
        self._operations: dict[str, _Operation] = {}
        # Those that a client completed count until they have really ended.
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending = asyncio.get_running_loop().create_future()
        self._expiry: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Returns when the connection is over, and nothing of it runs any more."""
        reader = asyncio.create_task(self._read())
        writer = asyncio.create_task(self._write())
        try:
            ended, _ = await asyncio.wait(
                {reader, writer, self._ending}, return_when=asyncio.FIRST_COMPLETED
            )
            closed = self._ending.result() if self._ending in ended else _why(ended)
            await _cancel((reader, writer))
            while self._operations:
                self._operations.popitem()[1].end()
            await asyncio.gather(self._close(closed), self._finish())
        finally:
            if self._expiry is not None:
                self._expiry.cancel()
            await _cancel((reader, writer, *self._tasks))

    def end(self, code: int, reason: str) -> None:
        """The first reason counts."""
        if not self._ending.done():
            self._ending.set_result(SocketClosedError(code, reason))

    async def _finish(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=FINISHING_SECONDS)

    async def _close(self, closed: SocketClosedError | None) -> None:
        if closed is None:
            return
        reason = closed.reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")
        # Who does not read cannot be told either.
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError, OSError):
            async with asyncio.timeout(CLOSING_SECONDS):
                await self._websocket.close(closed.code, reason)

    async def _write(self) -> None:
        while True:
            text, queued_at = await self._outgoing.next()
            await self._websocket.send_text(text)
            process_metrics.SEND_WAIT.observe(time.perf_counter() - queued_at)

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(self._limits.init_seconds):
                while self._init is None:
                    self._handle(await self._next_frame())
        except TimeoutError:
            raise SocketClosedError(4408, "Connection initialisation timeout") from None
        while True:
            self._handle(await self._next_frame())

    async def _next_frame(self) -> Frame:
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        return frame_of(message)

    def _handle(self, frame: Frame) -> None:
        if self._ending.done():
            return  # nothing begins any more
        match frame:
            case ConnectionInit():
                self._initialise(frame)
            case Ping():
                answer: dict[str, object] = {"type": "pong"}
                if frame.payload is not None:
                    answer["payload"] = frame.payload
                self._put(answer)
            case Subscribe():
                self._subscribe(frame)
            case Complete():
                operation = self._operations.pop(frame.id, None)
                if operation is not None:
                    operation.end()

    def _initialise(self, init: ConnectionInit) -> None:
        if self._init is not None:
            raise SocketClosedError(4429, "Too many initialisation requests")
        try:
            credentials = self._credentials_of(init.authorization)
        except AuthenticationError as error:
            raise SocketClosedError(4403, "Forbidden") from error
        if credentials is not None:
            # What its subscriptions may see was decided by this token.
            self._end_at(credentials.expires_at)
        header = self._websocket.headers.get("accept-language")
        self._init = replace(init, locale=init.locale or header)
        self._put({"type": "connection_ack"})

    def _end_at(self, moment: datetime) -> None:
        remaining = (moment - datetime.now(UTC)).total_seconds()
        self._expiry = asyncio.get_running_loop().call_later(
            remaining, self.end, 4403, "The token has expired"
        )

    def _subscribe(self, frame: Subscribe) -> None:
        if self._init is None:
            raise SocketClosedError(4401, "Unauthorized")
        if frame.id in self._operations:
            raise SocketClosedError(4409, f"Subscriber for {frame.id} already exists")
        if len(self._tasks) >= self._limits.operations:
            RATE_LIMITED.labels("socket_operations").inc()
            message = f"A socket carries {self._limits.operations} operations at most."
            self._put_errors(frame.id, results.error(message, results.RATE_LIMITED))
            return
        lane = self._outgoing.lane(frame.id)
        call = Call.of(frame.query, frame.operation_name, frame.variables)
        task = asyncio.create_task(self._operate(frame.id, call, lane, self._init))
        self._operations[frame.id] = _Operation(lane, task, call.is_subscription)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _operate(
        self, id: str, call: Call, lane: Lane, init: ConnectionInit
    ) -> None:
        client = self._websocket.client
        address = client and client.host
        with process_metrics.SOCKET_OPERATIONS.track_inprogress():
            errors = await self._feeding.feed(call, lane, init, address)
        operation = self._operations.get(id)
        if operation is None or operation.lane is not lane:
            return  # ended before, and its id may have been given to another
        del self._operations[id]
        try:
            if errors is None:
                self._put({"id": id, "type": "complete"})
            else:
                self._put_errors(id, results.in_language(errors, init.locale))
        except SlowConsumerError:
            process_metrics.SLOW_CLOSED.inc()
            self.end(1013, "Slow consumer")

    def _put_errors(self, id: str, errors: results.Errors) -> None:
        self._put({"id": id, "type": "error", "payload": results.told(errors)})

    def _put(self, message: dict[str, object]) -> None:
        self._outgoing.put(encode(message).decode())


async def _cancel(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _why(ended: set[asyncio.Future[None]]) -> SocketClosedError | None:
    """How to close; None when the client has gone."""
    match error := next(iter(ended)).exception():
        case SocketClosedError():
            return error
        case SlowConsumerError():
            process_metrics.SLOW_CLOSED.inc()
            return SocketClosedError(1013, "Slow consumer")
        case WebSocketDisconnect() | OSError():
            return None
        case _:
            log.error("a socket failed", exc_info=error)
            return SocketClosedError(1011, "Internal error")
