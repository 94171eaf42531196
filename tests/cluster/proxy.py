"""A TCP proxy between our processes and a server that can delay, block or cut."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from tests.cluster.postgres_wire import Conversation

CHUNK = 65_536
LOOPBACK = "127.0.0.1"

Moment = Literal["asked", "answered"]


@dataclass(kw_only=True)
class Trap:
    """Acts when a frame with `label` passes, before the frame is forwarded.

    It calls `trigger` with the connection's owner, then cuts the connection if `cuts`.
    """

    label: str
    moment: Moment
    cuts: bool = True
    trigger: Callable[[str], None] = lambda _: None
    left: int = 1  # how often it still acts
    skip: int = 0  # matching frames to let through first
    triggered: int = 0


class CutError(Exception):
    """A trap cuts the connection, or one side has closed it."""


class Link:
    """A listening port that forwards to the port of one server."""

    def __init__(self, owner: str, port: int, *, postgres: bool = False) -> None:
        self.owner = owner
        self._target = port
        self._postgres = postgres
        self._delay = 0.0
        self._refuses = False
        self._forwards = asyncio.Event()
        self._forwards.set()
        self._traps: list[Trap] = []
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._server.close()
        self.heal()
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def delay(self, seconds: float) -> None:
        """Delays each request by so much."""
        self._delay = seconds

    def cut(self) -> None:
        """Closes all connections and refuses new ones."""
        self._refuses = True
        for writer in tuple(self._open):
            writer.transport.abort()

    def black_hole(self) -> None:
        """Keeps connections open and forwards nothing."""
        self._forwards.clear()

    def set_trap(self, trap: Trap) -> None:
        self._traps.append(trap)

    def heal(self) -> None:
        self._delay, self._refuses = 0.0, False
        self._traps.clear()
        self._forwards.set()

    async def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        if task:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._open.add(writer)
        try:
            await self._serve(reader, writer)
        except (OSError, CutError, ExceptionGroup):
            pass
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await self._forwards.wait()
        if self._refuses:
            return
        server_reader, server = await asyncio.open_connection(LOOPBACK, self._target)
        conversation = Conversation() if self._postgres else None
        self._open.add(server)
        try:
            # The first side to end ends both.
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, server, "asked", conversation))
                both.create_task(
                    self._pump(server_reader, writer, "answered", conversation)
                )
        finally:
            self._open.discard(server)
            server.transport.abort()

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        moment: Moment,
        conversation: Conversation | None,
    ) -> None:
        loop = asyncio.get_running_loop()
        late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def forward() -> None:
            while True:
                due, data = await late.get()
                await asyncio.sleep(due - loop.time())
                await self._forwards.wait()
                self._forward(data, writer, moment, conversation)
                with suppress(ConnectionResetError):
                    await writer.drain()
                late.task_done()

        async with asyncio.TaskGroup() as group:
            passing = group.create_task(forward())
            while data := await reader.read(CHUNK):
                delay = self._delay if moment == "asked" else 0.0
                late.put_nowait((loop.time() + delay, data))
            await late.join()  # forward what came before the end
            passing.cancel()
        raise CutError

    def _forward(
        self,
        data: bytes,
        writer: asyncio.StreamWriter,
        moment: Moment,
        conversation: Conversation | None,
    ) -> None:
        """Raises CutError instead if a trap cuts the connection."""
        if writer.transport.is_closing():
            raise CutError
        if conversation is None:
            writer.write(data)
            return
        for label, frame in getattr(conversation, moment)(data):
            if label:
                self._trigger(label, moment)
            writer.write(frame)

    def _trigger(self, label: str, moment: Moment) -> None:
        for trap in self._traps:
            if (trap.label, trap.moment) == (label, moment) and trap.left:
                if trap.skip:
                    trap.skip -= 1
                    continue
                trap.left -= 1
                trap.triggered += 1
                trap.trigger(self.owner)
                if trap.cuts:
                    raise CutError
