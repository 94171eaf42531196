"""A watcher: subscribes, keeps the highest version of each seat, comes back."""

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
from tests.cluster.evidence import Told, WatcherStory
from tests.cluster.workload.diary import states
from tests.support.socket_client import graphql_socket, subscribe

OPEN_SECONDS = 5.0
PING_SECONDS = 4.0
# Of a watcher that shall be able to stop reading: its socket is full soon.
SMALL_BUFFER = 16_384
COPIES = 12
TRY_AGAIN = {"INTERNAL", "UNAVAILABLE", "RATE_LIMITED"}


class Watcher:
    def __init__(
        self,
        story: WatcherStory,
        urls: Sequence[str],
        token: str,
        dice: random.Random,
        *,
        stalls: bool,
    ) -> None:
        self.story = story
        self.stays = False  # until the end, now
        self.reading = asyncio.Event()
        self.reading.set()
        self._urls = urls
        self._token = token
        self._dice = dice
        self.stalls = stalls
        self._position: str | None = None
        self._known: set[tuple[str, int, str]] = set()

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            leave_at = time.monotonic() + self._dice.uniform(4.0, 16.0)
            try:
                async with self._connected() as line:
                    await self._follow(line, leave_at)
            except (OSError, WebSocketException, TimeoutError):
                pass
            finally:
                self.story.open_since = None
            await asyncio.sleep(self._dice.uniform(0.05, 0.3))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[ClientConnection]:
        url = urlsplit(self._dice.choice(self._urls))
        plain = socket.socket()
        try:
            plain.setblocking(False)
            if self.stalls:
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
            where = (url.hostname, url.port)
            async with asyncio.timeout(OPEN_SECONDS):
                await asyncio.get_running_loop().sock_connect(plain, where)
            async with graphql_socket(
                f"ws://{url.netloc}/graphql",
                {"authorization": f"Bearer {self._token}"},
                sock=plain,
                max_size=None,
                max_queue=4 if self.stalls else 64,
                open_timeout=OPEN_SECONDS,
                close_timeout=1.0,
                ping_interval=None if self.stalls else PING_SECONDS,
                ping_timeout=PING_SECONDS,
            ) as line:
                yield line
        finally:
            plain.close()

    async def _follow(self, line: ClientConnection, leave_at: float) -> None:
        variables = {"id": self.story.session, "after": self._position}
        for copy in range(COPIES if self.stalls else 1):
            await subscribe(line, SEAT_MAP_UPDATES, variables, str(copy))
        while True:
            await self.reading.wait()
            if not self.stays and not self.stalls and time.monotonic() > leave_at:
                return
            try:
                async with asyncio.timeout(0.5):
                    message = json.loads(await line.recv())
            except TimeoutError:
                continue
            if not self._hear(message):
                return

    def _hear(self, message: dict[str, Any]) -> bool:
        """False: this socket is over, come back with another."""
        match message["type"]:
            case "next" if (message["payload"].get("data") or {}).get("seatMap"):
                self._fold(message["payload"]["data"]["seatMap"])
                return True
            case "next" | "error":
                payload = message["payload"]
                errors = payload.get("errors") if "errors" in payload else payload
                code = ((errors or [{}])[0].get("extensions") or {}).get("code")
                if code not in TRY_AGAIN:
                    self.story.error = json.dumps(message)[:300]
                return False
            case "complete":
                return False
        return True

    def _fold(self, update: dict[str, Any]) -> None:
        now = time.monotonic()
        story = self.story
        story.messages += 1
        if story.open_since is None:
            story.open_since = now
            story.connects += 1
        self._position = update["position"]
        whole = update["__typename"] == "SeatMap"
        for state in states(update["seats"]):
            fact = (state.seat, state.version, state.status)
            if fact not in self._known:
                self._known.add(fact)
                story.told.append(Told(state=state, at=now, whole=whole))
            known = story.final.get(state.seat)
            if known is None or state.version >= known.version:
                story.final[state.seat] = state
