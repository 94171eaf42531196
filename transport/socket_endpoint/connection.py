"""One connection of graphql-transport-ws: a reader, a writer, a task an operation."""

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.websockets import WebSocket, WebSocketDisconnect

from auth.tokens import AuthenticationError
from telemetry import process_metrics
from telemetry.sale_metrics import RATE_LIMITED
from transport import results
from transport.close_codes import TRY_AGAIN_LATER
from transport.outgoing_queue import OutgoingQueue, SlowConsumerError
from transport.request_context import Caller, CredentialsOf
from transport.server.socket_limits import FRAME_LINE, TEXT_WRITER
from transport.socket_endpoint.callers import authorization_of, caller_of
from transport.socket_endpoint.frames import (
    Complete,
    ConnectionInit,
    Frame,
    Ping,
    SocketClosedError,
    Subscribe,
    frame_of,
)
from transport.socket_endpoint.subscription_runner import (
    RunningOperation,
    SubscriptionRunner,
)

log = logging.getLogger(__name__)

CLOSING_SECONDS = 5.0
FINISHING_SECONDS = 5.0  # the server that stops waits a little longer
MAX_REASON_BYTES = 123  # a control frame carries 125, two of them the code


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketLimits:
    init_seconds: float
    operations: int
    messages: int
    bytes: int


class Socket:
    """Runs one connection; each kind of message has its own `_on_` method."""

    def __init__(
        self,
        websocket: WebSocket,
        credentials_of: CredentialsOf,
        runner: SubscriptionRunner,
        limits: SocketLimits,
    ) -> None:
        self._websocket = websocket
        self._credentials_of = credentials_of
        self._runner = runner
        self._limits = limits
        writer = websocket.get("extensions", {}).get(TEXT_WRITER)
        self._outgoing = OutgoingQueue(limits.messages, limits.bytes, writer)
        self._caller: Caller | None = None  # set by connection_init
        self._operations: dict[str, RunningOperation] = {}
        # One that the client completed counts until it has really ended.
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending = asyncio.get_running_loop().create_future()
        self._expiry: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Returns when the connection is over and all its tasks have ended."""
        reader = asyncio.create_task(self._read())
        writer = asyncio.create_task(self._outgoing.send_all(self._websocket.send_text))
        try:
            ended, _ = await asyncio.wait(
                {reader, writer, self._ending}, return_when=asyncio.FIRST_COMPLETED
            )
            closed = self._ending.result() if self._ending in ended else _reason(ended)
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
        # A client that does not read will not receive the close frame either.
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError, OSError):
            async with asyncio.timeout(CLOSING_SECONDS):
                await self._websocket.close(closed.code, reason)

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(self._limits.init_seconds):
                while self._caller is None:
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
        match frame:  # a Pong needs nothing, since we send no pings
            case ConnectionInit():
                self._on_connection_init(frame)
            case Ping():
                self._on_ping(frame)
            case Subscribe():
                self._on_subscribe(frame)
            case Complete():
                self._on_complete(frame)

    def _on_connection_init(self, frame: ConnectionInit) -> None:
        if self._caller is not None:
            raise SocketClosedError(4429, "Too many initialisation requests")
        try:
            credentials = self._credentials_of(authorization_of(self._websocket, frame))
        except AuthenticationError as error:
            raise SocketClosedError(4403, "Forbidden") from error
        if credentials is not None:
            # This token has decided what its subscriptions may see.
            remaining = (credentials.expires_at - datetime.now(UTC)).total_seconds()
            self._expiry = asyncio.get_running_loop().call_later(
                remaining, self.end, 4403, "The token has expired"
            )
        self._caller = caller_of(self._websocket, frame, credentials)
        line = self._websocket.get("extensions", {}).get(FRAME_LINE)
        if line is not None:
            line.name = self._caller.reader
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._outgoing.put({"type": "connection_ack", "payload": {"serverTime": now}})

    def _on_ping(self, frame: Ping) -> None:
        pong: dict[str, object] = {"type": "pong"}
        if frame.payload is not None:
            pong["payload"] = frame.payload
        self._outgoing.put(pong)

    def _on_subscribe(self, frame: Subscribe) -> None:
        if self._caller is None:
            raise SocketClosedError(4401, "Unauthorized")
        if frame.id in self._operations:
            raise SocketClosedError(4409, f"Subscriber for {frame.id} already exists")
        if len(self._tasks) >= self._limits.operations:
            RATE_LIMITED.labels("socket_operations").inc()
            message = f"A socket carries {self._limits.operations} operations at most."
            self._put_errors(frame.id, results.error(message, results.RATE_LIMITED))
            return
        operation = RunningOperation(self._outgoing.outbox(frame.id))
        self._operations[frame.id] = operation
        running = self._run_operation(frame, operation, self._caller)
        task = asyncio.create_task(running)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _on_complete(self, frame: Complete) -> None:
        operation = self._operations.pop(frame.id, None)
        if operation is not None:
            operation.end()

    async def _run_operation(
        self, frame: Subscribe, operation: RunningOperation, caller: Caller
    ) -> None:
        with process_metrics.SOCKET_OPERATIONS.track_inprogress():
            errors = await self._runner.run(frame, operation, caller)
        if self._operations.get(frame.id) is not operation:
            return  # ended before; another operation may have its id
        del self._operations[frame.id]
        try:
            if errors is None:
                self._outgoing.put({"id": frame.id, "type": "complete"})
            else:
                self._put_errors(frame.id, results.in_language(errors, caller.locale))
        except SlowConsumerError:
            process_metrics.SLOW_CLOSED.inc()
            self.end(TRY_AGAIN_LATER, "Slow consumer")

    def _put_errors(self, id: str, errors: results.Errors) -> None:
        payload = results.counted(errors)
        self._outgoing.put({"id": id, "type": "error", "payload": payload})


async def _cancel(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _reason(ended: set[asyncio.Future[None]]) -> SocketClosedError | None:
    """How to close; None when the client has gone."""
    match error := next(iter(ended)).exception():
        case SocketClosedError():
            return error
        case SlowConsumerError():
            process_metrics.SLOW_CLOSED.inc()
            return SocketClosedError(TRY_AGAIN_LATER, "Slow consumer")
        case WebSocketDisconnect() | OSError():
            return None
        case _:
            log.error("a socket failed", exc_info=error)
            return SocketClosedError(TRY_AGAIN_LATER, "Internal error")
