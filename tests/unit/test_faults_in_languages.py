"""Messages of faults are in the language of the client; codes are not translated."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest
import strawberry

from domain.errors import UnknownCustomerError
from resolvers.faults import bad_user_input, forbidden, not_found, rate_limited
from tests.support.asgi_socket import AsgiSocket
from tests.support.engine import PLANS
from tests.support.http_client import client_of, post
from tests.support.transport_schema import SchemaState
from transport import GraphQLHttp, GraphQLWebSocket
from transport.plans.schema import PlannedSchema

FAULTS = {
    "page": bad_user_input("page_size", name="last", limit=50),
    "managers": forbidden(),
    "often": rate_limited(1),
    "gone": UnknownCustomerError(),
    "unavailable": ConnectionRefusedError("secret"),
    "bug": RuntimeError("secret"),
}
WORDS = {
    "en": {
        "page": "`last` must be from 1 to 50.",
        "managers": "Only managers can do this.",
        "often": "Too many attempts: try again in 1 second.",
        "gone": "Sign in again.",
        "unavailable": "There is no answer right now: try again in a moment.",
        "bug": "Something went wrong on our side.",
    },
    "pt-BR": {
        "page": "`last` deve estar entre 1 e 50.",
        "managers": "Somente gerentes podem fazer isto.",
        "often": "Muitas tentativas: tente novamente em 1 segundo.",
        "gone": "Entre novamente na sua conta.",
        "unavailable": "Não há resposta no momento: tente de novo em instantes.",
        "bug": "Algo deu errado do nosso lado.",
    },
    "es": {
        "page": "`last` debe estar entre 1 y 50.",
        "managers": "Solo los gerentes pueden hacer esto.",
        "often": "Demasiados intentos: vuelva a intentarlo en 1 segundo.",
        "gone": "Vuelva a iniciar sesión.",
        "unavailable": "No hay respuesta en este momento: vuelva a intentarlo en unos"
        " instantes.",
        "bug": "Algo salió mal de nuestro lado.",
    },
}
CODES = {
    "page": "BAD_USER_INPUT",
    "managers": "FORBIDDEN",
    "often": "RATE_LIMITED",
    "gone": "UNAUTHENTICATED",
    "unavailable": "UNAVAILABLE",
    "bug": "INTERNAL",
}
NOT_THERE = {
    "en": "It does not exist, or it is not yours.",
    "pt-BR": "Não existe ou não pertence a você.",
    "es": "No existe o no le pertenece.",
}


@strawberry.type
class Query:
    @strawberry.field
    def broken(self, by: str) -> str | None:
        raise FAULTS[by]


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def mine(self) -> AsyncGenerator[str, None]:
        raise not_found()
        yield ""

    @strawberry.subscription
    async def seat_map(self, session_id: str) -> AsyncGenerator[str, None]:
        raise not_found()
        yield ""


schema = PlannedSchema(Query, None, Subscription, plans=PLANS)
everything = "{" + " ".join(f'{by}: broken(by: "{by}")' for by in FAULTS) + "}"


def messages_of(answer: dict[str, Any]) -> dict[str, str]:
    return {error["path"][0]: error["message"] for error in answer["errors"]}


def codes(answer: dict[str, Any]) -> dict[str, str]:
    return {each["path"][0]: each["extensions"]["code"] for each in answer["errors"]}


@pytest.fixture
def http(state: SchemaState) -> httpx2.AsyncClient:
    return client_of(GraphQLHttp(schema, state.context_of))


@pytest.fixture
def app(state: SchemaState) -> GraphQLWebSocket:
    return GraphQLWebSocket(schema, state.context_of, state.credentials_of)


async def ask(
    http: httpx2.AsyncClient, locale: str, query: str = everything, **headers: str
) -> httpx2.Response:
    body = {"query": query}
    return await post(http, body, **{"Accept-Language": locale, **headers})


@pytest.mark.parametrize("locale", WORDS)
async def test_over_http(http: httpx2.AsyncClient, locale: str) -> None:
    response = await ask(http, locale)

    assert messages_of(response.json()) == WORDS[locale]
    assert codes(response.json()) == CODES
    assert response.headers["content-language"] == locale
    assert response.headers["vary"] == "Accept, Accept-Language"


@pytest.mark.parametrize("locale", WORDS)
async def test_over_a_socket(app: GraphQLWebSocket, locale: str) -> None:
    async with AsgiSocket(app) as socket:
        await socket.init(locale=locale.replace("-", "_"))
        socket.subscribe("q", everything)
        answer = (await socket.receive())["payload"]

    assert messages_of(answer) == WORDS[locale]
    assert codes(answer) == CODES


@pytest.mark.parametrize("field", ["mine", 'seatMap(sessionId: "1")'])
async def test_a_refused_subscription_is_answered_in_the_language_of_each_client(
    app: GraphQLWebSocket, field: str
) -> None:
    """Also a seat map, which is executed once for all clients."""
    async with AsyncExitStack() as opened:
        sockets = [await opened.enter_async_context(AsgiSocket(app)) for _ in NOT_THERE]
        for socket, locale in zip(sockets, NOT_THERE, strict=True):
            await socket.init(locale=locale)
        for socket in sockets:
            socket.subscribe("s", f"subscription {{ {field} }}")
        frames = [await socket.receive() for socket in sockets]

    assert {frame["type"] for frame in frames} == {"error"}
    errors = [error for frame in frames for error in frame["payload"]]
    assert [error["message"] for error in errors] == list(NOT_THERE.values())
    assert [error["extensions"] for error in errors] == [{"code": "NOT_FOUND"}] * 3


@pytest.mark.parametrize("locale", WORDS)
async def test_a_token_that_is_refused(http: httpx2.AsyncClient, locale: str) -> None:
    response = await ask(http, locale, Authorization="Bearer bad")

    assert response.status_code == 401
    assert response.headers["content-language"] == locale
    [error] = response.json()["errors"]
    assert error["message"] == WORDS[locale]["gone"]
    assert error["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_a_bug_outside_every_resolver(
    state: SchemaState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(state, "context_of", broken)

    response = await ask(client_of(GraphQLHttp(schema, state.context_of)), "es")

    assert response.status_code == 500
    [error] = response.json()["errors"]
    assert error["message"] == WORDS["es"]["bug"]
    assert error["extensions"].keys() == {"code", "requestId"}


@pytest.mark.parametrize("query", ["{", "{ nothing }", ""])
async def test_syntax_and_validation_errors_are_in_english(
    http: httpx2.AsyncClient, query: str
) -> None:
    spanish, english = await ask(http, "es", query), await ask(http, "en", query)

    assert spanish.status_code == 400
    assert spanish.json() == english.json()
