"""What a page asks the API, over HTTP and on its socket, step by step."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from playwright.async_api import Page, Request, WebSocket

from tests.support.changed_answers import DOCUMENTS, operation_of
from tests.support.polling import eventually

NEXT_FRAME = "new Promise((seen) => requestAnimationFrame(() => setTimeout(seen)))"


class Question(NamedTuple):
    step: str
    document: str
    variables: str


class Questions:
    def __init__(self, page: Page) -> None:
        self.asked: list[Question] = []
        self.sockets: list[WebSocket] = []
        self._step = ""
        self._page = page
        self._waiting: set[Request] = set()
        page.on("request", self._sent)
        page.on("requestfinished", self._answered)
        page.on("requestfailed", self._answered)
        page.on("websocket", self._opened)

    def begin(self, step: str) -> None:
        """What is asked from now on belongs to this step."""
        self._step = step

    async def settled(self) -> None:
        """Everything is answered, and shown."""

        async def is_quiet() -> bool:
            await self._page.evaluate(NEXT_FRAME)
            return not self._waiting

        for _ in range(3):  # an answer may lead to another question
            await eventually(is_quiet)

    def _sent(self, request: Request) -> None:
        if not request.url.endswith("/graphql"):
            return
        self._waiting.add(request)
        body = json.loads(request.post_data or "{}")
        if "query" in body:
            return  # the API did not know the hash that came before
        hash_ = body["extensions"]["persistedQuery"]["sha256Hash"]
        self._note(operation_of(DOCUMENTS[hash_]), body["variables"])

    def _answered(self, request: Request) -> None:
        self._waiting.discard(request)

    def _opened(self, socket: WebSocket) -> None:
        self.sockets.append(socket)
        socket.on("framesent", self._framed)

    def _framed(self, text: str | bytes) -> None:
        frame = json.loads(text)
        if frame["type"] == "subscribe":
            payload = frame["payload"]
            self._note(operation_of(payload["query"]), payload["variables"])

    def _note(self, document: str, variables: dict[str, Any]) -> None:
        said = json.dumps(variables, sort_keys=True)
        self.asked.append(Question(self._step, document, said))


def twice(asked: Sequence[Question]) -> list[Question]:
    return [each for each, count in Counter(asked).items() if count > 1]
