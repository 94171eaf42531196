"""/healthz: whether the process lives. /readyz: whether it can sell."""

import asyncio

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse

from app.resources import Resources
from runtime.deadline import with_deadline

# The version of the tables that the statements are written for. A later one is fine:
# during an upgrade the database is ahead of the processes.
WRITTEN_FOR = "0027"
MIGRATED = "SELECT version_num >= $1 FROM alembic_version"


async def alive(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


def stopping() -> JSONResponse:
    """For a process that does not serve yet, or does not any more."""
    return JSONResponse({"ready": False, "api": "stopping"}, 503)


async def ready(resources: Resources) -> JSONResponse:
    """503 when seats cannot be sold.

    Without Redis they can, so that is only reported: a load balancer must not drop the
    last API because Redis is unavailable.
    """
    postgres, redis = await asyncio.gather(
        _postgres_state(resources), _redis_state(resources)
    )
    is_ready = postgres == "ok"
    report = {"ready": is_ready, "postgres": postgres, "redis": redis}
    return JSONResponse(report, 200 if is_ready else 503)


async def _postgres_state(resources: Resources) -> str:
    try:
        migrated = await with_deadline(resources.pool.fetchval(MIGRATED, WRITTEN_FOR))
    except asyncpg.UndefinedTableError:
        migrated = False
    except Exception as error:  # noqa: BLE001 # any error is the answer
        return f"away ({type(error).__name__})"
    return "ok" if migrated else "not migrated: run `make migrate`"


async def _redis_state(resources: Resources) -> str:
    try:
        await with_deadline(resources.redis.ping())
    except Exception as error:  # noqa: BLE001 # any error is the answer
        return f"away ({type(error).__name__}): Postgres decides alone"
    return "ok"
