"""A client of an API in this process, over HTTP and sockets, as one account."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from starlette.types import ASGIApp

from auth.signing_keys import KeyRing
from auth.tokens import TokenIssuer
from domain.people import Role, Viewer
from loadtest.documents import RESERVE_SEATS
from tests.support.asgi_server import Environment, running
from tests.support.asgi_socket import AsgiSocket
from tests.support.cinema import Show, reserving
from tests.support.http_client import ask, client_of
from tests.support.signing_keys import make_keys

UNAVAILABLE = {"code": "UNAVAILABLE", "retryAfter": 2}
UNAVAILABLE_SECONDS = 3
SLOW_MACHINE_FACTOR = 3  # limits are meant for an idle machine


class InProcessClient:
    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app = app
        self.token = token

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        async with client_of(self.app) as http:
            response = await ask(
                http, query, variables, token=self.token, **{"accept-language": "pt-BR"}
            )
        assert response.status_code == 200
        answer: dict[str, Any] = response.json()
        return answer

    async def reserve(
        self, show: Show, seat: int, key: str | None = None
    ) -> dict[str, Any]:
        return await self.ask(RESERVE_SEATS, input=reserving(show, seat, key=key))

    async def reserves(self, show: Show, seat: int) -> bool:
        answer = await self.reserve(show, seat)
        if "errors" in answer:
            assert answer["errors"][0]["extensions"] == UNAVAILABLE
            return False
        return bool(answer["data"]["reserveSeats"]["__typename"] == "Reservation")

    async def expect_unavailable(self, query: str, **variables: Any) -> None:
        began = time.monotonic()
        answer = await self.ask(query, **variables)
        took = time.monotonic() - began
        [error] = answer["errors"]
        assert error["extensions"] == UNAVAILABLE
        assert error["message"] == (
            "Não há resposta no momento: tente de novo em instantes."
        )
        assert took < UNAVAILABLE_SECONDS * SLOW_MACHINE_FACTOR

    async def expect_unavailable_by_socket(self, query: str, **variables: Any) -> None:
        async with AsgiSocket(self.app) as socket:
            await socket.init(authorization=f"Bearer {self.token}", locale="es")
            socket.subscribe("1", query, **variables)
            frame = await socket.receive()
        payload = frame["payload"]
        [error] = payload if frame["type"] == "error" else payload["errors"]
        assert error["extensions"] == UNAVAILABLE
        assert error["message"] == (
            "No hay respuesta en este momento: vuelva a intentarlo en unos instantes."
        )


def access_token(keys: Path, who: UUID) -> str:
    keys.mkdir(mode=0o700, exist_ok=True)
    make_keys(keys)
    return TokenIssuer(KeyRing(keys)).issue(Viewer(who, Role.CUSTOMER)).text


@asynccontextmanager
async def in_process_client(
    environment: Environment, keys: Path, who: UUID
) -> AsyncIterator[InProcessClient]:
    """As the account `who`; `keys` is an empty or missing folder."""
    token = access_token(keys, who)
    async with running(environment | {"SIGNING_KEYS_DIR": str(keys)}) as app:
        yield InProcessClient(app, token)
