"""One connection to Postgres, to whichever of its hosts does what is wanted of it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import asyncpg

from persistence.outages import is_unavailable

if TYPE_CHECKING:
    _Connection = asyncpg.Connection[asyncpg.Record]
else:
    _Connection = asyncpg.Connection

CONNECT_SECONDS = 5.0
# Of errors that an open connection tells: the server is not the primary any more.
DEMOTED = (asyncpg.ReadOnlySQLTransactionError, asyncpg.InternalClientError)


class MortalConnection(_Connection):
    """Ends as soon as there is any doubt about it, and never asks a server to cancel.

    Nobody waits for the end of a statement that has been given up: a server that is
    frozen would not tell. And a cancel that reaches a COMMIT which waits for the
    standby makes Postgres acknowledge what the standby does not have.
    """

    _protocol: Any  # asyncpg's own

    def _cancel_current_command(self, *_waiters: object) -> None:
        """In place of asyncpg's own: after a time-out, and for a cancelled caller.

        The pool is about to be given it back, sees that it is closed, and opens
        another. Not by terminate(), which frees its place behind the pool's back.
        """
        asyncio.get_running_loop().call_soon(self._protocol.abort)

    async def fetch(self, *args: Any, **options: Any) -> Any:
        with self._ending_when_demoted():
            return await super().fetch(*args, **options)

    async def fetchrow(self, *args: Any, **options: Any) -> Any:
        with self._ending_when_demoted():
            return await super().fetchrow(*args, **options)

    async def fetchval(self, *args: Any, **options: Any) -> Any:
        with self._ending_when_demoted():
            return await super().fetchval(*args, **options)

    async def execute(self, *args: Any, **options: Any) -> str:
        with self._ending_when_demoted():
            return await super().execute(*args, **options)

    @contextmanager
    def _ending_when_demoted(self) -> Iterator[None]:
        try:
            yield
        except DEMOTED:
            self._protocol.abort()
            raise


async def connect(dsn: str, **options: Any) -> MortalConnection:
    """All hosts are asked at once: one of them may be frozen, and never answer.

    The first that fits the URL's target_session_attrs is taken. When there is none this
    raises what tells most.
    """
    options = {"timeout": CONNECT_SECONDS, **options}
    options["connection_class"] = MortalConnection
    asking = [
        asyncio.ensure_future(asyncpg.connect(each, **options)) for each in hosts(dsn)
    ]
    taken: MortalConnection | None = None

    def leave(other: "asyncio.Future[Any]") -> None:
        if other.cancelled() or other.exception() or other.result() is taken:
            return
        other.result().terminate()

    errors: list[Exception] = []
    try:
        for answer in asyncio.as_completed(asking):
            try:
                taken = await answer
            except Exception as error:  # noqa: BLE001 # another host may do
                errors.append(error)
            else:
                return taken
    finally:
        for task in asking:  # not cancelled: asyncpg would complain of it, later
            task.add_done_callback(leave)
    raise next((each for each in errors if not is_unavailable(each)), errors[0])


def hosts(dsn: str) -> list[str]:
    """The same URL for each of the hosts that it names."""
    url = urlsplit(dsn)
    who, at, named = url.netloc.rpartition("@")
    return [
        url._replace(netloc=f"{who}{at}{each}").geturl() for each in named.split(",")
    ]
