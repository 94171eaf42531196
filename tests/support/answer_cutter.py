"""A proxy in front of Postgres that forwards requests and loses one answer."""

import asyncio
from types import TracebackType
from typing import Self


class AnswerCutter:
    """Loses the answer to the next request that contains the bytes of `cut_after`."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._wanted: bytes | None = None
        self.cuts = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()

    def cut_after(self, request: bytes) -> None:
        self._wanted = request

    async def _serve(
        self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        server, to_server = await asyncio.open_connection("127.0.0.1", self._to)
        lost = asyncio.Event()

        async def forward_requests() -> None:
            while data := await client.read(65_536):
                if self._wanted is not None and self._wanted in data:
                    self._wanted = None
                    lost.set()
                to_server.write(data)

        async def forward_answers() -> None:
            while data := await server.read(65_536):
                if lost.is_set():
                    self.cuts += 1
                    break
                to_client.write(data)

        try:
            tasks = [
                asyncio.create_task(forward())
                for forward in (forward_requests, forward_answers)
            ]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            to_client.transport.abort()
            to_server.transport.abort()
