"""The worker's HTTP server: /metrics only."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from app.metrics_endpoint import MetricsEndpoint
from transport.server.answer_headers import AnswerHeaders


class _Server(uvicorn.Server):
    """Leaves signals to the worker."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_metrics(endpoint: MetricsEndpoint, host: str, port: int) -> None:
    """Until it is cancelled; raises OSError when the port is taken."""
    app = Starlette(routes=[Route("/metrics", endpoint.answer)])
    config = uvicorn.Config(
        AnswerHeaders(app),
        lifespan="off",
        ws="none",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_config=None,  # it uses our loggers
    )
    server = _Server(config)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            await serving
