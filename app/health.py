"""Whether the process lives, and whether it can do its work."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse

from app.wiring import Connections

T = TypeVar("T")

PATIENCE_SECONDS = 2.0
MIGRATED = "SELECT to_regclass('public.outbox') IS NOT NULL"


class Health:
    def __init__(self) -> None:
        self._to: Connections | None = None
        self._given_up: set[asyncio.Future[Any]] = set()

    def watch(self, to: Connections) -> None:
        self._to = to

    def stop(self) -> None:
        self._to = None

    async def alive(self, _request: Request) -> PlainTextResponse:
        return PlainTextResponse("ok")

    async def ready(self, _request: Request) -> JSONResponse:
        """503 when seats cannot be sold.

        Without Redis they can, so that is told only: a load balancer must not take the
        last API away because Redis is.
        """
        if self._to is None:
            return JSONResponse({"ready": False, "api": "stopping"}, 503)
        postgres, redis = await asyncio.gather(
            self._ask_postgres(self._to), self._ask_redis(self._to)
        )
        ready = postgres == "ok"
        told = {"ready": ready, "postgres": postgres, "redis": redis}
        return JSONResponse(told, 200 if ready else 503)

    async def _ask_postgres(self, to: Connections) -> str:
        try:
            migrated = await self._in_time(to.pool.fetchval(MIGRATED))
        except Exception as error:  # noqa: BLE001 # whatever it is, that is the answer
            return f"away ({type(error).__name__})"
        return "ok" if migrated else "not migrated: run `make migrate`"

    async def _ask_redis(self, to: Connections) -> str:
        try:
            await self._in_time(to.redis.ping())
        except Exception as error:  # noqa: BLE001 # whatever it is, that is the answer
            return f"away ({type(error).__name__}): Postgres decides alone"
        return "ok"

    async def _in_time(self, asking: Awaitable[T]) -> T:
        """Raises TimeoutError without waiting for the end of what it gives up.

        A pool that takes a connection back waits for the server, frozen as it may be.
        """
        task = asyncio.ensure_future(asking)
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        if task.done():
            return task.result()
        task.cancel()
        self._given_up.add(task)
        task.add_done_callback(self._forget)
        raise TimeoutError

    def _forget(self, task: asyncio.Future[Any]) -> None:
        self._given_up.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, or asyncio complains
