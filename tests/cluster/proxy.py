"""A TCP proxy between our processes and a server: slow, silent, cut, or treacherous."""

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
    """When `label` is asked of Postgres, or answered by it, and not passed on yet.

    `spring` says what then happens; the connection is cut as well if it is to be.
    """

    label: str
    moment: Moment
    cuts: bool = True
    spring: Callable[[str], None] = lambda _: None  # told whose connection it is
    left: int = 1  # how often
    skip: int = 0  # of those before
    sprung: int = 0


class CutError(Exception):
    """A trap ends the connection, or one of its sides has."""


class Link:
    """One listening port that leads to one server, whatever happens to it there."""

    def __init__(self, owner: str, port: int, *, postgres: bool = False) -> None:
        self._owner = owner
        self._target = port
        self._postgres = postgres
        self._delay = 0.0
        self._refuses = False
        self._flows = asyncio.Event()
        self._flows.set()
        self._traps: list[Trap] = []
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._meet, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._server.close()
        self.heal()
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def delay(self, seconds: float) -> None:
        """Of everything that is asked, on top of the way there and back."""
        self._delay = seconds

    def cut(self) -> None:
        """Connections break, new ones are turned away."""
        self._refuses = True
        for writer in tuple(self._open):
            writer.transport.abort()

    def black_hole(self) -> None:
        """Connections stay, and nothing comes through."""
        self._flows.clear()

    def set_trap(self, trap: Trap) -> None:
        self._traps.append(trap)

    def heal(self) -> None:
        self._delay, self._refuses = 0.0, False
        self._traps.clear()
        self._flows.set()

    async def _meet(
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
        await self._flows.wait()
        if self._refuses:
            return
        server_reader, server = await asyncio.open_connection(LOOPBACK, self._target)
        talk = Conversation() if self._postgres else None
        self._open.add(server)
        try:
            # Whichever side ends first ends both, as a broken cable does.
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, server, "asked", talk))
                both.create_task(self._pump(server_reader, writer, "answered", talk))
        finally:
            self._open.discard(server)
            server.transport.abort()

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        moment: Moment,
        talk: Conversation | None,
    ) -> None:
        loop = asyncio.get_running_loop()
        late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def pass_on() -> None:
            while True:
                due, data = await late.get()
                await asyncio.sleep(due - loop.time())
                await self._flows.wait()
                self._pass(data, writer, moment, talk)
                with suppress(ConnectionResetError):
                    await writer.drain()
                late.task_done()

        async with asyncio.TaskGroup() as group:
            passing = group.create_task(pass_on())
            while data := await reader.read(CHUNK):
                delay = self._delay if moment == "asked" else 0.0
                late.put_nowait((loop.time() + delay, data))
            await late.join()  # what was said before the end is told before it
            passing.cancel()
        raise CutError

    def _pass(
        self,
        data: bytes,
        writer: asyncio.StreamWriter,
        moment: Moment,
        talk: Conversation | None,
    ) -> None:
        """Raises CutError instead when a trap springs."""
        if writer.transport.is_closing():
            raise CutError
        if talk is None:
            writer.write(data)
            return
        for label, frame in getattr(talk, moment)(data):
            if label:
                self._spring(label, moment)
            writer.write(frame)

    def _spring(self, label: str, moment: Moment) -> None:
        for trap in self._traps:
            if (trap.label, trap.moment) == (label, moment) and trap.left:
                if trap.skip:
                    trap.skip -= 1
                    continue
                trap.left -= 1
                trap.sprung += 1
                trap.spring(self._owner)
                if trap.cuts:
                    raise CutError
