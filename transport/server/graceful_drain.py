"""Graceful drain: fail readiness first, close the listener later.

A proxy keeps connections open and may send a request at the very moment in which we
close one; a POST is then lost for its client. So for a while after TERM everything is
served, /readyz answers 503, and each response closes its connection.
"""

import time
from types import FrameType

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class DrainingApp:
    """Wraps the application; set `has_begun` when the drain begins."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.has_begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.has_begun or scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["connection"] = "close"
            await send(message)

        if scope["path"] == "/readyz":
            not_ready = JSONResponse({"ready": False, "api": "stopping"}, 503)
            await not_ready(scope, receive, closing)
        else:
            await self._app(scope, receive, closing)


class DrainingServer(uvicorn.Server):
    """Stops `seconds` after the first signal, and at once on a second one."""

    def __init__(
        self, config: uvicorn.Config, draining: DrainingApp, seconds: float
    ) -> None:
        super().__init__(config)
        self._draining = draining
        self._seconds = seconds
        self._end: tuple[float, int] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._end is None and self._seconds > 0:
            self._draining.has_begun = True
            self._end = (time.monotonic() + self._seconds, sig)
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        if self._end and time.monotonic() > self._end[0] and not self.should_exit:
            super().handle_exit(self._end[1], None)
        return await super().on_tick(counter)
