"""A clock and a transport for protocols of asyncio, so that hours pass at once."""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class Timer:
    at: float
    call: Callable[..., object]
    arguments: tuple[object, ...]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class Clockwork:
    """In the place of an event loop: only `pass_time` moves its clock.

    Tasks run in the real loop.
    """

    now: float = 0.0
    timers: list[Timer] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def call_later(
        self, delay: float, call: Callable[..., object], *arguments: object
    ) -> Timer:
        timer = Timer(self.now + delay, call, arguments)
        self.timers.append(timer)
        return timer

    def create_task(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        return asyncio.get_running_loop().create_task(work)

    def pass_time(self, seconds: float) -> None:
        until = self.now + seconds
        while due := [t for t in self.timers if t.at <= until and not t.cancelled]:
            timer = min(due, key=lambda each: each.at)
            self.timers.remove(timer)
            self.now = timer.at
            timer.call(*timer.arguments)
        self.now = until


@dataclass
class RecordedTransport:
    """Keeps what is written. `takes` is False for a client that reads nothing."""

    written: bytearray = field(default_factory=bytearray)
    takes: bool = True
    closing: bool = False
    aborted: bool = False
    connection: socket.socket = field(default_factory=socket.socket)  # to nowhere

    def write(self, data: bytes) -> None:
        self.written += data

    def writelines(self, parts: Iterable[bytes]) -> None:
        self.written += b"".join(parts)

    def get_write_buffer_size(self) -> int:
        return 0 if self.takes or self.aborted else len(self.written)

    def get_extra_info(self, name: str) -> object:
        return self.connection if name == "socket" else None

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.aborted = True

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...
