"""One connection to Postgres, to the first host that fits the URL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import asyncpg

from persistence.outages import is_unavailable
from runtime.cancel_scope import after_call, call_under_way
from runtime.patience import Patience

if TYPE_CHECKING:
    _Connection = asyncpg.Connection[asyncpg.Record]
else:
    _Connection = asyncpg.Connection

CONNECT_SECONDS = 5.0
# Errors on an open connection which mean that the server is no longer the primary.
DEMOTED = (asyncpg.ReadOnlySQLTransactionError, asyncpg.InternalClientError)


class MortalConnection(_Connection):
    """Closes after a time-out, a cancellation or a demotion, and never sends a cancel.

    Waiting for the end of an abandoned statement could take for ever: a frozen server
    does not answer. And a cancel that reaches a COMMIT which waits for the standby
    makes Postgres acknowledge a commit that the standby does not have.
    """

    _protocol: Any  # asyncpg's own
    patience_seconds: float | None = None  # for each statement
    given_up = False  # in the middle of a statement: it closes in a moment

    def _cancel_current_command(self, *_waiters: object) -> None:
        """Overrides asyncpg's own, called after a time-out or a cancellation.

        The caller then returns the connection to the pool, which sees that it is closed
        and opens another. After terminate() the pool would not know that it lost one.
        """
        self.given_up = True
        asyncio.get_running_loop().call_soon(self._protocol.abort)

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 # theirs
        """Does not wait long for a frozen server to say goodbye."""
        await super().close(timeout=timeout or self.patience_seconds)

    async def fetch(self, *args: Any, **options: Any) -> Any:
        async with self._watched():
            return await super().fetch(*args, **options)

    async def fetchrow(self, *args: Any, **options: Any) -> Any:
        async with self._watched():
            return await super().fetchrow(*args, **options)

    async def fetchval(self, *args: Any, **options: Any) -> Any:
        async with self._watched():
            return await super().fetchval(*args, **options)

    async def execute(self, *args: Any, **options: Any) -> str:
        async with self._watched():
            return await super().execute(*args, **options)

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        """Closes after a demotion. Raises TimeoutError when the server is silent."""
        try:
            if self.patience_seconds is None:
                yield
                return
            with call_under_way():
                async with Patience(self.patience_seconds):
                    yield
            await after_call()
        except DEMOTED:
            self._protocol.abort()
            raise


async def connect(
    dsn: str, *, patience: float | None = None, **options: Any
) -> MortalConnection:
    """Tries all hosts at once: one of them may be frozen and never answer.

    `patience` in seconds is for each statement that the connection itself runs.

    Returns the first connection that fits target_session_attrs in the URL. Otherwise it
    raises an error of ours (a wrong password) before one of an unavailable server.
    """
    options = {"timeout": CONNECT_SECONDS, **options}
    options["connection_class"] = MortalConnection
    attempts = [
        asyncio.ensure_future(asyncpg.connect(each, **options)) for each in hosts(dsn)
    ]
    chosen: MortalConnection | None = None

    def close_unless_chosen(attempt: "asyncio.Future[Any]") -> None:
        if attempt.cancelled() or attempt.exception() or attempt.result() is chosen:
            return
        attempt.result().terminate()

    errors: list[Exception] = []
    try:
        for attempt in asyncio.as_completed(attempts):
            try:
                chosen = await attempt
            except Exception as error:  # noqa: BLE001 # another host may fit
                errors.append(error)
            else:
                chosen.patience_seconds = patience
                return chosen
    finally:
        for task in attempts:  # not cancelled: asyncpg would log a complaint, later
            task.add_done_callback(close_unless_chosen)
    raise next((each for each in errors if not is_unavailable(each)), errors[0])


def hosts(dsn: str) -> list[str]:
    """One URL for each host in the given one."""
    url = urlsplit(dsn)
    login, at, names = url.netloc.rpartition("@")
    return [
        url._replace(netloc=f"{login}{at}{host}").geturl() for host in names.split(",")
    ]
