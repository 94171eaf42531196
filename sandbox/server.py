"""The ASGI application, and what it does by itself when its time has come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn
from httpx2 import AsyncClient
from starlette.applications import Starlette

from sandbox import operator_calls
from sandbox.api import Api
from sandbox.connections import DroppableHttp
from sandbox.database import Row, now
from sandbox.deliveries import TIMEOUT_SECONDS, Deliveries
from sandbox.pay_page import PayPage
from sandbox.state import Options, State

IDLE_SECONDS = 60.0


def application(options: Options) -> Starlette:
    state = State(options)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(run(state))
        yield
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        state.db.close()

    return Starlette(
        routes=[
            *Api(state).routes(),
            *PayPage(state).routes(),
            *operator_calls.routes(state),
        ],
        lifespan=lifespan,
    )


async def run(state: State) -> None:
    """Sends events; money arrives, refunds are settled and pages expire."""
    options = state.options
    async with (
        AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client,
        asyncio.TaskGroup() as group,
    ):
        deliveries = Deliveries(
            state.db, client, options.webhook_url, options.webhook_secrets
        )

        async def send(row: Row) -> None:
            await deliveries.send(row)
            state.changed.set()

        while True:
            state.changed.clear()
            with state.db.transaction():
                state.buyers.deliver_money()
                state.refunds.settle_due()
                state.checkouts.expire_overdue()
                due = deliveries.claim()
            for row in due:
                group.create_task(send(row))
            await until_due(state, deliveries.next_due())


async def until_due(state: State, next_delivery: float | None) -> None:
    times = (
        next_delivery,
        state.buyers.next_money(),
        state.refunds.next_settlement(),
        state.checkouts.next_expiry(),
        now() + IDLE_SECONDS,
    )
    next_time = min(each for each in times if each is not None)
    with suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, next_time - now())):
            await state.changed.wait()


def serve(options: Options, host: str, port: int) -> None:
    """Until TERM. A call that is black-holed does not delay the end."""
    config = uvicorn.Config(
        application(options),
        host=host,
        port=port,
        http=DroppableHttp,
        ws="none",
        access_log=False,
        server_header=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run()
