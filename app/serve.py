"""The API process."""

import os
import resource
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import uvicorn

from app.asgi import application
from app.settings import Settings
from telemetry import logs, tracing
from transport.limits import MAX_BYTES
from transport.server.graceful_drain import DrainingApp, DrainingServer
from transport.server.http_limits import BoundedHttp

STARTUP_FAILURE = 3  # uvicorn's own code for it
# Of an idle connection. A proxy has to be the first to leave it (ours does after 2 s,
# many after 60): a POST that is sent along it while we close it is lost.
KEEP_ALIVE_SECONDS = 75
GRACE_SECONDS = 6  # for mutations in flight, those of sockets too


def open_many_files() -> None:
    """Each socket is one, and what a process is given to begin with is often 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def behind(proxies: Sequence[str]) -> dict[str, Any]:
    """Of X-Forwarded-For the last address counts that is not of a trusted proxy."""
    return {"proxy_headers": bool(proxies), "forwarded_allow_ips": list(proxies)}


def main(settings: Settings) -> None:
    logs.set_up(settings.log_level, settings.log_format)
    tracing.set_up("api", os.environ)
    open_many_files()
    draining = DrainingApp(application(settings))
    config = uvicorn.Config(
        draining,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=BoundedHttp,
        ws="websockets-sansio",
        ws_max_size=MAX_BYTES,
        ws_per_message_deflate=False,  # halves the memory of a socket
        ws_ping_interval=20,
        ws_ping_timeout=20,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        access_log=False,
        **behind(settings.trusted_proxies),
        server_header=False,
        log_config=None,  # it speaks through ours, and not below WARNING: it
        log_level=None,  # writes down frames, and URLs with what is in them
    )
    server = DrainingServer(config, draining, settings.drain_seconds)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)
