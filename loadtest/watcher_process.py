"""The watchers' process: sockets whose messages are noted as they come, read later."""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterable
from typing import Any, cast

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from loadtest import documents, plan
from loadtest.target import Target

SETTLING_TIMEOUT = 60.0


class Watcher(asyncio.Protocol):
    """Until the first map it answers at once, then it only notes what came when."""

    def __init__(self, url: str, token: str, session_id: str) -> None:
        self.settled: asyncio.Future[None] = asyncio.Future()
        self.seen: dict[tuple[str, int], float] = {}
        self.maps = 0
        self.closed = False
        self._chunks: list[tuple[float, bytes]] = []
        self._text = b""
        self._token = token
        self._session_id = session_id
        self._socket = ClientProtocol(
            parse_uri(url),
            subprotocols=[Subprotocol("graphql-transport-ws")],
            max_size=None,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._socket.send_request(self._socket.connect())
        self._flush()

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        self._fail(f"the socket was closed: {error or self._socket.close_reason}")

    def data_received(self, data: bytes) -> None:
        self._chunks.append((time.monotonic(), data))
        if not self.settled.done():
            self.read()

    def read(self) -> None:
        """Makes sense of what was noted since the last time."""
        chunks, self._chunks = self._chunks, []
        for at, data in chunks:
            self._socket.receive_data(data)
            for event in self._socket.events_received():
                if isinstance(event, Frame):
                    self._hear_frame(at, event)
                elif self._socket.handshake_exc is None:
                    bearer = f"Bearer {self._token}"
                    payload = {"authorization": bearer}
                    self._say({"type": "connection_init", "payload": payload})
        if self._socket.handshake_exc:
            self._fail(str(self._socket.handshake_exc))
        self._flush()

    def _hear_frame(self, at: float, frame: Frame) -> None:
        if frame.opcode not in (Opcode.TEXT, Opcode.CONT):
            return
        self._text += frame.data
        if frame.fin:
            text, self._text = self._text, b""
            self._hear(at, json.loads(text))

    def _hear(self, at: float, message: dict[str, Any]) -> None:
        match message["type"]:
            case "connection_ack":
                query = documents.MEASURED_SEAT_MAP_UPDATES
                asked = {"query": query, "variables": {"id": self._session_id}}
                self._say({"id": "1", "type": "subscribe", "payload": asked})
            case "ping":
                self._say({"type": "pong"})
            case "next" if (message["payload"].get("data") or {}).get("seatMap"):
                self._note(at, message["payload"]["data"]["seatMap"])
            case "next" | "error" | "complete":
                self._fail(json.dumps(message)[:300])

    def _note(self, at: float, update: dict[str, Any]) -> None:
        if not self.settled.done():
            self.settled.set_result(None)
            return
        self.maps += update["__typename"] == "SeatMap"
        for seat in update["seats"]:
            self.seen.setdefault((seat["id"], seat["version"]), at)

    def saw(self, seat: str, version: int) -> float | None:
        """When it first knew that state of the seat, or a later one."""
        times = [
            at
            for (other, newer), at in self.seen.items()
            if other == seat and newer >= version
        ]
        return min(times, default=None)

    def _fail(self, why: str) -> None:
        if not self.settled.done():
            self.settled.set_exception(ConnectionError(why))

    def _say(self, message: dict[str, Any]) -> None:
        self._socket.send_text(json.dumps(message).encode())

    def _flush(self) -> None:
        for data in self._socket.data_to_send():
            if data:
                self._transport.write(data)


async def gather(target: Target, session_id: str) -> list[Watcher]:
    """Raises ConnectionError or TimeoutError unless all of them get their map."""
    url = f"ws{target.origin.removeprefix('http')}{target.path}"
    door = asyncio.Semaphore(plan.CONNECTING_AT_ONCE)
    loop = asyncio.get_running_loop()

    async def enter(token: str) -> Watcher:
        async with door:
            watcher = Watcher(url, token, session_id)
            await loop.create_connection(lambda: watcher, target.host, target.port)
            await watcher.settled
            return watcher

    async with asyncio.timeout(SETTLING_TIMEOUT):
        return list(await asyncio.gather(*map(enter, target.tokens)))


def look(watchers: Iterable[Watcher], seat: str, version: int) -> dict[str, Any]:
    told: dict[str, Any] = {"seen": [], "maps": 0, "closed": 0}
    for watcher in watchers:
        watcher.read()
        told["seen"].append(watcher.saw(seat, version))
        told["maps"] += watcher.maps
        told["closed"] += watcher.closed
        watcher.maps = 0
    return told


async def main() -> None:
    _allow_many_sockets()
    question = json.loads(await asyncio.to_thread(sys.stdin.readline))
    where = question["target"]
    target = Target(**{**where, "tokens": tuple(where["tokens"])})
    try:
        watchers = await gather(target, question["session_id"])
    except (OSError, TimeoutError) as error:
        print(json.dumps({"error": str(error) or type(error).__name__}), flush=True)
        return
    print(json.dumps({"watchers": len(watchers)}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        question = json.loads(line)
        answer = look(watchers, question["seat"], question["version"])
        print(json.dumps(answer), flush=True)


def _allow_many_sockets() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    asyncio.run(main())
