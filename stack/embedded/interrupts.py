"""Ctrl-C, TERM and HUP as an exception, raised only where we wait."""

import contextlib
import select
import signal
import socket
from collections.abc import Sequence
from types import FrameType
from typing import Self


class StopRequestedError(Exception):
    """Ctrl-C or a signal asks this process to stop."""


class Interrupts:
    """For the main thread. The end of a child process ends a pause early, too."""

    def __enter__(self) -> Self:
        self._requests = 0
        self._waking, self._woken = socket.socketpair()
        self._waking.setblocking(False)
        self._woken.setblocking(False)
        self._former_fd = signal.set_wakeup_fd(
            self._waking.fileno(), warn_on_full_buffer=False
        )
        self._former = {
            number: signal.signal(number, handler)
            for number, handler in (
                (signal.SIGINT, self._request),
                (signal.SIGTERM, self._request),
                (signal.SIGCHLD, self._ignore),
            )
        }
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
            self._former[signal.SIGHUP] = signal.signal(signal.SIGHUP, self._request)
        return self

    def __exit__(self, *exc_info: object) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._former_fd)
        self._waking.close()
        self._woken.close()

    def pause(self, seconds: float | None, also: Sequence[socket.socket] = ()) -> None:
        """Raises StopRequestedError, once per request. None: until something happens.

        A connection to one of the sockets of `also` ends it early, too.
        """
        if self._requests == 0:
            select.select([self._woken, *also], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            self._woken.recv(4096)
        if self._requests > 0:
            self._requests = 0
            raise StopRequestedError

    def _request(self, _number: int, _frame: FrameType | None) -> None:
        self._requests += 1

    def _ignore(self, _number: int, _frame: FrameType | None) -> None:
        """Only wakes `pause`: a signal without a handler would not."""
