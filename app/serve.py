"""The API process."""

import os
import resource
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from app.asgi import application
from app.settings import Settings
from telemetry import logs, tracing
from transport.limits import MAX_BYTES
from transport.server.answer_headers import AnswerHeaders
from transport.server.graceful_drain import DrainingApp, DrainingServer
from transport.server.http_limits import BoundedHttp
from transport.server.socket_limits import BoundedSocket

STARTUP_FAILURE = 3  # uvicorn's own code for it
# How long an idle connection stays open. A proxy must close it first (ours does after
# 2 s, many after 60): a POST that it sends while we close the connection is lost.
KEEP_ALIVE_SECONDS = 75
GRACE_SECONDS = 6  # for running mutations, also those of sockets


def open_many_files() -> None:
    """Each socket needs a file descriptor, and the default limit is often 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def behind(proxies: Sequence[str]) -> dict[str, Any]:
    """The client is the last address in X-Forwarded-For that is no trusted proxy."""
    return {"proxy_headers": bool(proxies), "forwarded_allow_ips": list(proxies)}


def server_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=BoundedHttp,
        ws=BoundedSocket,
        ws_max_size=MAX_BYTES,
        ws_per_message_deflate=False,  # halves the memory of a socket
        ws_ping_interval=20,
        ws_ping_timeout=20,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        access_log=False,
        **behind(settings.trusted_proxies),
        server_header=False,
        log_config=None,  # it uses our loggers, and not below WARNING: it would
        log_level=None,  # log frames, and URLs with their parameters
    )


def main(settings: Settings) -> None:
    logs.set_up(settings.log_level, settings.log_format)
    tracing.set_up("api", os.environ)
    open_many_files()
    draining = DrainingApp(AnswerHeaders(application(settings)))
    config = server_config(draining, settings)
    server = DrainingServer(config, draining, settings.drain_seconds)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)
