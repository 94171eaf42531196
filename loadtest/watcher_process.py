"""The process of the watchers, which decodes messages after the measurement.

It stores bytes with the time of their arrival: decoding a thousand copies of a message
at once would delay the next arrival.
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterable
from typing import Any, cast
from uuid import uuid4

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from loadtest import documents, plan
from loadtest.target import Target

SETTLING_TIMEOUT = 240.0
PING = 0x89  # the first byte of a frame that is answered at once, as others do


class Receiver(asyncio.Protocol):
    """Stores what arrives. So do plain sockets: what a sender pays depends on it."""

    def __init__(self) -> None:
        self._chunks: list[tuple[float, bytes]] = []

    def data_received(self, data: bytes) -> None:
        self._chunks.append((time.monotonic(), data))

    def take(self) -> list[tuple[float, bytes]]:
        """What has arrived since the last call, and when."""
        chunks, self._chunks = self._chunks, []
        return chunks


class WatcherSocket(Receiver):
    """Decodes at once until the first seat map, then only in `read`."""

    def __init__(self, url: str, token: str, session_id: str) -> None:
        super().__init__()
        self.settled: asyncio.Future[None] = asyncio.Future()
        self.seen: dict[tuple[str, int], float] = {}
        self.maps = 0
        self.bytes = 0
        self.closed = False
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
        super().data_received(data)
        if data[0] == PING or not self.settled.done():
            self.read()

    def read(self) -> None:
        """Decodes what has arrived since the last call."""
        for at, data in self.take():
            self.bytes += len(data)
            self._socket.receive_data(data)
            for event in self._socket.events_received():
                if isinstance(event, Frame):
                    self._receive_frame(at, event)
                elif self._socket.handshake_exc is None:
                    bearer = f"Bearer {self._token}"
                    payload = {"authorization": bearer}
                    self._send({"type": "connection_init", "payload": payload})
        if self._socket.handshake_exc:
            self._fail(str(self._socket.handshake_exc))
        self._flush()

    def _receive_frame(self, at: float, frame: Frame) -> None:
        if frame.opcode not in (Opcode.TEXT, Opcode.CONT):
            return
        self._text += frame.data
        if frame.fin:
            text, self._text = self._text, b""
            self._receive(at, json.loads(text))

    def _receive(self, at: float, message: dict[str, Any]) -> None:
        match message["type"]:
            case "connection_ack":
                query = documents.MEASURED_SEAT_MAP_UPDATES
                payload = {"query": query, "variables": {"id": self._session_id}}
                # As the usual clients do: the ids of two sockets differ.
                identity = str(uuid4())
                self._send({"id": identity, "type": "subscribe", "payload": payload})
            case "ping":
                self._send({"type": "pong"})
            case "next" if (message["payload"].get("data") or {}).get("seatMap"):
                self._record(at, message["payload"]["data"]["seatMap"])
            case "next" | "error" | "complete":
                self._fail(json.dumps(message)[:300])

    def _record(self, at: float, update: dict[str, Any]) -> None:
        if not self.settled.done():
            self.settled.set_result(None)
            self.bytes = 0
            return
        self.maps += update["__typename"] == "SeatMap"
        for seat in update["seats"]:
            self.seen.setdefault((seat["id"], seat["version"]), at)

    def saw(self, seat: str, version: int) -> float | None:
        """When it first received that version of the seat or a later one."""
        times = [
            at
            for (other, newer), at in self.seen.items()
            if other == seat and newer >= version
        ]
        return min(times, default=None)

    def _fail(self, why: str) -> None:
        if not self.settled.done():
            self.settled.set_exception(ConnectionError(why))

    def _send(self, message: dict[str, Any]) -> None:
        self._socket.send_text(json.dumps(message).encode())

    def _flush(self) -> None:
        for data in self._socket.data_to_send():
            if data:
                self._transport.write(data)


async def connect_all(target: Target, session_id: str) -> list[WatcherSocket]:
    """Raises ConnectionError or TimeoutError unless each gets its first seat map."""
    url = f"ws{target.origin.removeprefix('http')}{target.path}"
    slots = asyncio.Semaphore(plan.MAX_CONNECTING)
    loop = asyncio.get_running_loop()
    watchers: list[WatcherSocket] = []

    async def connect(token: str) -> None:
        async with slots:
            watcher = WatcherSocket(url, token, session_id)
            await loop.create_connection(lambda: watcher, target.host, target.port)
            await watcher.settled
            watchers.append(watcher)

    async with asyncio.timeout(SETTLING_TIMEOUT):
        await asyncio.gather(*map(connect, target.tokens))
    return watchers


def observe(
    watchers: Iterable[WatcherSocket], seat: str, version: int
) -> dict[str, Any]:
    report: dict[str, Any] = {"seen": [], "maps": 0, "bytes": 0, "closed": 0}
    for watcher in watchers:
        watcher.read()
        report["seen"].append(watcher.saw(seat, version))
        report["maps"] += watcher.maps
        report["bytes"] += watcher.bytes
        report["closed"] += watcher.closed
        watcher.maps = watcher.bytes = 0
    return report


async def connect_plain(port: int, count: int) -> list[Receiver]:
    """So many sockets to the process of plain sockets."""
    loop = asyncio.get_running_loop()
    return [
        (await loop.create_connection(Receiver, "127.0.0.1", port))[1]
        for _ in range(count)
    ]


async def main() -> None:
    _allow_many_sockets()
    order = json.loads(await asyncio.to_thread(sys.stdin.readline))
    target = Target.from_json(order["target"])
    try:
        watchers = await connect_all(target, order["session_id"])
    except (OSError, TimeoutError) as error:
        print(json.dumps({"error": str(error) or type(error).__name__}), flush=True)
        return
    plain: list[Receiver] = []
    print(json.dumps({"watchers": len(watchers)}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        answer = {}
        if "plain" in order:
            count = min(len(watchers), plan.MAX_PLAIN_SOCKETS)
            plain = await connect_plain(order["plain"], count)
        else:
            answer = observe(watchers, order["seat"], order["version"])
            for receiver in plain:
                receiver.take()
        print(json.dumps(answer), flush=True)


def _allow_many_sockets() -> None:
    _, maximum = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (maximum, maximum))


if __name__ == "__main__":
    asyncio.run(main())
