"""The process that the API's deliveries are compared with: a loop over plain sockets.

It says on which port it listens, and answers each order to write with the CPU time.
"""

import asyncio
import json
import sys
import time
from typing import Any, cast

import uvloop


class PlainSocket(asyncio.Protocol):
    def __init__(self, transports: list[asyncio.Transport]) -> None:
        self._transports = transports

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transports.append(cast("asyncio.Transport", transport))


async def main() -> None:
    transports: list[asyncio.Transport] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: PlainSocket(transports), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        answer = await write(transports, **order) if order else {"port": port}
        print(json.dumps(answer), flush=True)


async def write(
    transports: list[asyncio.Transport], size: int, pause: float
) -> dict[str, Any]:
    """Writes as many bytes to each, and waits until they have left."""
    message = b"x" * size
    began = time.process_time()
    for transport in transports:
        transport.write(message)
    await asyncio.sleep(pause)
    return {"seconds": time.process_time() - began, "sockets": len(transports)}


if __name__ == "__main__":
    uvloop.run(main())
