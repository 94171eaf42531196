"""The worker's only door: /metrics, for those who scrape it."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from app.metrics_endpoint import Scrape


class _Server(uvicorn.Server):
    """Signals are the worker's own business."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def listen(scrape: Scrape, host: str, port: int) -> None:
    """Until it is cancelled; raises OSError when the port cannot be had."""
    app = Starlette(routes=[Route("/metrics", scrape.answer)])
    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_config=None,  # it speaks through ours
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
