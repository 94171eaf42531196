"""The API process."""

import logging
from collections.abc import Sequence
from typing import Any

import uvicorn

from app.asgi import application
from app.settings import Settings
from app.transport.limits import MAX_BYTES

GRACE_SECONDS = 6  # for mutations in flight, those of sockets too


def behind(proxies: Sequence[str]) -> dict[str, Any]:
    """Of X-Forwarded-For the last address counts that is not of a trusted proxy."""
    return {"proxy_headers": bool(proxies), "forwarded_allow_ips": list(proxies)}


def main(settings: Settings) -> None:
    logging.basicConfig(
        level=settings.log_level,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    uvicorn.run(
        application(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=MAX_BYTES,
        ws_per_message_deflate=False,  # halves the memory of a socket
        ws_ping_interval=20,
        ws_ping_timeout=20,
        timeout_graceful_shutdown=GRACE_SECONDS,
        access_log=False,
        **behind(settings.trusted_proxies),
        server_header=False,
        log_level=settings.log_level.lower(),
    )
