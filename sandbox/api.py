"""HTTP of the API: keys, faults, idempotency, errors."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from hmac import compare_digest

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from sandbox.answers import Answer
from sandbox.connections import drop, until_gone
from sandbox.database import new_id
from sandbox.errors import ApiError, server_error
from sandbox.parameters import Parameters, parse
from sandbox.shop_calls import CALLS, Call
from sandbox.state import State


class Gone(Response):
    """No answer: the connection is dropped, or stays silent until the client goes."""

    def __init__(self, *, at_once: bool) -> None:
        super().__init__()
        self._at_once = at_once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._at_once:
            drop(scope)
        await until_gone(receive)


class Api:
    def __init__(self, state: State) -> None:
        self._state = state
        self._keys_in_use = set[str]()

    def routes(self) -> list[BaseRoute]:
        return [
            Route(call.path, self._endpoint(call), methods=[call.method])
            for call in CALLS
        ]

    def _endpoint(self, call: Call) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            faults = self._state.faults
            if faults.take("down", call.name):
                return Gone(at_once=True)
            if faults.take("black_hole", call.name):
                return Gone(at_once=False)
            try:
                self._authenticate(request)
                with self._key_in_use(request):
                    if slow := faults.take("slow", call.name):
                        await asyncio.sleep(slow.delay)
                    (status, body), replayed = await self._answer(call, request)
            except ApiError as error:
                (status, body), replayed = (error.status, error.body()), False
            self._state.changed.set()
            if faults.take("lost_answer", call.name):
                return Gone(at_once=True)
            headers = {"Request-Id": new_id("req")}
            if replayed:
                headers["Idempotent-Replayed"] = "true"
            return JSONResponse(body, status, headers)

        return endpoint

    async def _answer(self, call: Call, request: Request) -> tuple[Answer, bool]:
        """And whether it is that of an earlier call with the same key."""
        posted = call.method == "POST"
        text = (await request.body()).decode() if posted else request.url.query
        key = request.headers.get("Idempotency-Key") if posted else None
        signature = f"{request.url.path}?{text}"
        with self._state.db.transaction():
            if key and (known := self._state.answers.known(key, signature)):
                return known, True
            return self._state.answers.first(
                key, signature, lambda: self._run(call, request, text)
            ), False

    def _run(self, call: Call, request: Request, text: str) -> Answer:
        if self._state.faults.take("failed", call.name):
            raise server_error()
        parameters = Parameters(parse(text))
        body = call.run(self._state, request.path_params.get("id", ""), parameters)
        if self._state.faults.take("failed_answer", call.name):
            raise server_error()
        return 200, body

    @contextmanager
    def _key_in_use(self, request: Request) -> Iterator[None]:
        key = request.headers.get("Idempotency-Key", "")
        if key and key in self._keys_in_use:
            raise ApiError(
                "There is currently another in-progress request using this"
                " Idempotent Key.",
                status=409,
                kind="idempotency_error",
                code="idempotency_key_in_use",
            )
        self._keys_in_use.add(key)
        try:
            yield
        finally:
            self._keys_in_use.discard(key)

    def _authenticate(self, request: Request) -> None:
        expected = f"Bearer {self._state.options.secret_key}"
        given = request.headers.get("Authorization", "")
        if not compare_digest(given.encode(), expected.encode()):
            raise ApiError("Invalid API Key provided.", status=401)
