"""A watcher: subscribes, keeps the highest version of each seat, and reconnects."""

import asyncio
import json
import random
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

from loadtest.documents import SEAT_MAP_UPDATES
from tests.cluster.evidence import ObservedState, WatcherLog
from tests.cluster.workload.recording_client import states
from tests.support.socket_client import graphql_socket, subscribe

OPEN_SECONDS = 5.0
PING_SECONDS = 4.0
# The receive buffer of a watcher that can stop reading: it fills up soon.
SMALL_BUFFER = 16_384
COPIES = 12  # subscriptions of a watcher that can stop reading
RETRYABLE = {"INTERNAL", "UNAVAILABLE", "RATE_LIMITED"}


class SimulatedWatcher:
    def __init__(
        self,
        log: WatcherLog,
        urls: Sequence[str],
        token: str,
        rng: random.Random,
        *,
        stalls: bool,
    ) -> None:
        self.log = log
        self.stays_connected = False  # set at the end of the run
        self.reading = asyncio.Event()
        self.reading.set()
        self._urls = urls
        self._token = token
        self._rng = rng
        self.stalls = stalls
        self._position: str | None = None
        self._known: set[tuple[str, int, str]] = set()

    async def watch(self) -> None:
        """Runs until it is cancelled."""
        while True:
            reconnect_at = time.monotonic() + self._rng.uniform(4.0, 16.0)
            try:
                async with self._connected() as connection:
                    await self._follow(connection, reconnect_at)
            except (OSError, WebSocketException, TimeoutError):
                pass
            finally:
                self.log.open_since = None
            await asyncio.sleep(self._rng.uniform(0.05, 0.3))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[ClientConnection]:
        url = urlsplit(self._rng.choice(self._urls))
        raw_socket = socket.socket()
        try:
            raw_socket.setblocking(False)
            if self.stalls:
                raw_socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
            address = (url.hostname, url.port)
            async with asyncio.timeout(OPEN_SECONDS):
                await asyncio.get_running_loop().sock_connect(raw_socket, address)
            async with graphql_socket(
                f"ws://{url.netloc}/graphql",
                {"authorization": f"Bearer {self._token}"},
                sock=raw_socket,
                max_size=None,
                max_queue=4 if self.stalls else 64,
                open_timeout=OPEN_SECONDS,
                close_timeout=1.0,
                ping_interval=None if self.stalls else PING_SECONDS,
                ping_timeout=PING_SECONDS,
            ) as connection:
                yield connection
        finally:
            raw_socket.close()

    async def _follow(self, connection: ClientConnection, reconnect_at: float) -> None:
        variables = {"id": self.log.session, "after": self._position}
        for copy in range(COPIES if self.stalls else 1):
            await subscribe(connection, SEAT_MAP_UPDATES, variables, str(copy))
        while True:
            await self.reading.wait()
            if (
                not self.stays_connected
                and not self.stalls
                and time.monotonic() > reconnect_at
            ):
                return
            try:
                async with asyncio.timeout(0.5):
                    message = json.loads(await connection.recv())
            except TimeoutError:
                continue
            if not self._receive(message):
                return

    def _receive(self, message: dict[str, Any]) -> bool:
        """Whether to keep this connection; if not, the watcher opens another."""
        match message["type"]:
            case "next" if (message["payload"].get("data") or {}).get("seatMap"):
                self._fold(message["payload"]["data"]["seatMap"])
                return True
            case "next" | "error":
                payload = message["payload"]
                errors = payload.get("errors") if "errors" in payload else payload
                code = ((errors or [{}])[0].get("extensions") or {}).get("code")
                if code not in RETRYABLE:
                    self.log.error = json.dumps(message)[:300]
                return False
            case "complete":
                return False
        return True

    def _fold(self, update: dict[str, Any]) -> None:
        now = time.monotonic()
        log = self.log
        log.messages += 1
        if log.open_since is None:
            log.open_since = now
            log.connects += 1
        self._position = update["position"]
        whole = update["__typename"] == "SeatMap"
        for state in states(update["seats"]):
            fact = (state.seat, state.version, state.status)
            if fact not in self._known:
                self._known.add(fact)
                log.observed.append(ObservedState(state=state, at=now, whole=whole))
            known = log.final.get(state.seat)
            if known is None or state.version >= known.version:
                log.final[state.seat] = state
