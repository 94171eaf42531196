"""Whether the process lives, and whether it can do its work."""

import asyncio

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse

from app.wiring import Connections
from runtime.deadline import with_deadline

# The version of the tables that the statements are written for, or a later one:
# during an upgrade the database is ahead.
WRITTEN_FOR = "0002"
MIGRATED = "SELECT version_num >= $1 FROM alembic_version"


class Health:
    def __init__(self) -> None:
        self._to: Connections | None = None

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
            migrated = await with_deadline(to.pool.fetchval(MIGRATED, WRITTEN_FOR))
        except asyncpg.UndefinedTableError:
            migrated = False
        except Exception as error:  # noqa: BLE001 # whatever it is, that is the answer
            return f"away ({type(error).__name__})"
        return "ok" if migrated else "not migrated: run `make migrate`"

    async def _ask_redis(self, to: Connections) -> str:
        try:
            await with_deadline(to.redis.ping())
        except Exception as error:  # noqa: BLE001 # whatever it is, that is the answer
            return f"away ({type(error).__name__}): Postgres decides alone"
        return "ok"
