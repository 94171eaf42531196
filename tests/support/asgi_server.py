"""Runs ASGI applications in this process, with or without a port."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.server import ServerState

from app.asgi import application
from app.settings import Settings
from tests.support.polling import eventually
from transport.server.http_limits import BoundedHttp
from transport.server.socket_limits import BoundedSocket

Environment = dict[str, str]


@asynccontextmanager
async def started(app: Starlette) -> AsyncIterator[ASGIApp]:
    """The application after its startup; its shutdown follows."""
    async with app.router.lifespan_context(app) as made:
        state = dict(made or {})

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": state.copy()}, receive, send)

        yield with_state
        state.clear()


@asynccontextmanager
async def running(environment: Environment) -> AsyncIterator[ASGIApp]:
    """Our API with these settings, after its startup; its shutdown follows."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        app = application(Settings.load())
    async with started(app) as api:
        yield api


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Serves it; yields its URL without a trailing slash."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))

        async def started() -> bool:
            return server.started

        await eventually(started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await task


@asynccontextmanager
async def speaking(
    protocol: type[BoundedHttp],
    app: ASGIApp,
    sockets: type[BoundedSocket] = BoundedSocket,
    **options: Any,
) -> AsyncIterator[int]:
    """Serves it with these protocol classes; yields the port."""
    config = uvicorn.Config(
        app, http=protocol, ws=sockets, log_config=None, lifespan="off", **options
    )
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: protocol(config, state, {}), "127.0.0.1", 0
    )
    yield int(server.sockets[0].getsockname()[1])
    server.close()
    for connection in list(state.connections):
        connection.shutdown()
    await server.wait_closed()
