"""A client for graphql-transport-ws sockets of a running server."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol


@asynccontextmanager
async def graphql_socket(
    url: str,
    payload: Mapping[str, str] | None = None,
    *,
    open_timeout: float = 30.0,
    **options: Any,
) -> AsyncIterator[ClientConnection]:
    """Yields after connection_ack; `payload` is that of connection_init.

    Raises the errors of `websockets`, TimeoutError and ConnectionError.
    """
    async with connect(
        url,
        subprotocols=[Subprotocol("graphql-transport-ws")],
        open_timeout=open_timeout,
        proxy=None,
        **options,
    ) as socket:
        init = {"type": "connection_init", "payload": payload or {}}
        await socket.send(json.dumps(init))
        async with asyncio.timeout(open_timeout):
            message = json.loads(await socket.recv())
        if message["type"] != "connection_ack":
            raise ConnectionError(f"no acknowledgement: {message}")
        yield socket


async def subscribe(
    socket: ClientConnection,
    document: str,
    variables: Mapping[str, Any],
    id: str = "1",
) -> None:
    payload = {"query": document, "variables": variables}
    await socket.send(json.dumps({"id": id, "type": "subscribe", "payload": payload}))
