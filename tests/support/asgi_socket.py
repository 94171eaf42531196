"""A WebSocket client for an ASGI application: it sees each frame, can stop reading."""

import asyncio
import json
from types import TracebackType
from typing import Any, Self

from starlette.types import ASGIApp, Message, Scope

from tests.support.frame_transport import FrameTransport
from transport.server.socket_limits import TEXT_WRITER
from transport.text_writer import TextWriter

PATIENCE_SECONDS = 60.0


async def settle() -> None:
    """Gives pending tasks of the event loop time to run."""
    for _ in range(60):
        await asyncio.sleep(0)


class AsgiSocket:
    def __init__(
        self,
        app: ASGIApp,
        subprotocols: tuple[str, ...] = ("graphql-transport-ws",),
        *,
        accept_language: str | None = None,
        authorization: str | tuple[str, ...] | None = None,
        client: tuple[str, int] | None = ("192.0.2.1", 50_000),
        writes_at_once: bool = False,  # as our server does
    ) -> None:
        headers = []
        if accept_language is not None:
            headers.append((b"accept-language", accept_language.encode()))
        if authorization is not None:
            lines = [authorization] if isinstance(authorization, str) else authorization
            headers += [(b"authorization", line.encode()) for line in lines]
        self._app = app
        self._scope: Scope = {
            "type": "websocket",
            "path": "/graphql",
            "headers": headers,
            "client": client,
            "subprotocols": list(subprotocols),
            "extensions": {},
        }
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()
        self._reads = asyncio.Event()
        self._reads.set()
        self._writer = TextWriter(FrameTransport(self._take_text))
        if writes_at_once:
            self._scope["extensions"][TEXT_WRITER] = self._writer
        self.accepted: str | None = None

    async def __aenter__(self) -> Self:
        self._to_app.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.ensure_future(
            self._app(self._scope, self._to_app.get, self._take)
        )
        message = await self._next()
        assert message["type"] == "websocket.accept"
        self.accepted = message["subprotocol"]
        self._writer.is_ready = self._reads.is_set()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.disconnect()

    async def disconnect(self) -> None:
        """Ends the connection at once, as a broken network does."""
        self.hang_up()
        await asyncio.wait_for(self._task, PATIENCE_SECONDS)

    def hang_up(self, code: int = 1006) -> None:
        """Does not wait. A server that stops sends 1012."""
        self._writer.is_ready = False
        self._to_app.put_nowait({"type": "websocket.disconnect", "code": code})

    def is_over(self) -> bool:
        """Whether the application has finished with this socket."""
        return self._task.done()

    async def kill(self) -> None:
        """Cancels the application's task, as a server does at its time limit."""
        self._task.cancel()
        await asyncio.wait({self._task}, timeout=PATIENCE_SECONDS)

    async def init(self, **payload: Any) -> dict[str, Any]:
        """The payload of connection_ack."""
        self.send(type="connection_init", payload=payload)
        acknowledged = await self.receive()
        assert acknowledged["type"] == "connection_ack"
        return dict(acknowledged["payload"])

    def send(self, **frame: Any) -> None:
        self.send_text(json.dumps(frame))

    def send_text(self, text: str) -> None:
        self._to_app.put_nowait({"type": "websocket.receive", "text": text})

    def send_bytes(self, data: bytes) -> None:
        self._to_app.put_nowait({"type": "websocket.receive", "bytes": data})

    def subscribe(self, id: str, query: str, /, **variables: Any) -> None:
        payload = {"query": query, "variables": variables}
        self.send(id=id, type="subscribe", payload=payload)

    async def receive(self) -> dict[str, Any]:
        message = await self._next()
        assert message["type"] == "websocket.send", message
        frame: dict[str, Any] = json.loads(message["text"])
        return frame

    async def closed(self) -> tuple[int, str]:
        message = await self._next()
        assert message["type"] == "websocket.close", message
        return message["code"], message["reason"]

    def unread(self) -> int:
        return self._from_app.qsize()

    def stop_reading(self) -> None:
        self._reads.clear()
        self._writer.is_ready = False

    def read_again(self) -> None:
        self._reads.set()
        self._writer.is_ready = True

    async def _next(self) -> Message:
        return await asyncio.wait_for(self._from_app.get(), PATIENCE_SECONDS)

    async def _take(self, message: Message) -> None:
        await self._reads.wait()
        if message["type"] == "websocket.close":
            self._writer.is_ready = False
        self._from_app.put_nowait(message)

    def _take_text(self, text: str) -> None:
        self._from_app.put_nowait({"type": "websocket.send", "text": text})
