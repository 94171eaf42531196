"""Headers that every answer has, unless it says otherwise."""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

RawHeader = tuple[bytes, bytes]

# No cache keeps private data, and no browser runs an answer as a script.
ALWAYS: tuple[RawHeader, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)


class AnswerHeaders:
    """Wraps an application. Errors and 404s get the headers too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        def completing(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                headers = message["headers"] = list(message.get("headers", ()))
                names = {name for name, _ in headers}
                headers += [each for each in ALWAYS if each[0] not in names]
            return send(message)  # no coroutine of our own: every answer passes here

        await self._app(scope, receive, completing)
