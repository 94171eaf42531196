"""A hash instead of a document: by GET, by POST and on a socket."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from tests.support.asgi_socket import AsgiSocket
from tests.support.frames import complete_of, next_of
from tests.support.http_client import GQL, JSON, client_of, post
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLHttp, GraphQLWebSocket
from transport.documents import document as documents
from transport.documents.document import read
from transport.documents.persisted_queries import PersistedQueries, Policy, hash_of

QUERY = "{ hello }"
NOT_FOUND = "PersistedQueryNotFound"
NOT_SUPPORTED = "PersistedQueryNotSupported"
Ask = Callable[..., Awaitable[dict[str, Any]]]


def by_hash(text: str = QUERY) -> dict[str, object]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text)}}


@pytest.fixture
def policy() -> Policy:
    return "any"


@pytest.fixture
def persisted(policy: Policy) -> PersistedQueries:
    trusted = "{ __typename }"
    return PersistedQueries({hash_of(trusted): read(trusted)}, policy)


@pytest.fixture(params=["GET", "POST", "socket"])
async def ask(
    request: pytest.FixtureRequest, state: SchemaState, persisted: PersistedQueries
) -> AsyncIterator[Ask]:
    """Sends `query` and `extensions`; returns the answer, without its HTTP."""
    if request.param == "socket":
        sockets = GraphQLWebSocket(
            schema, state.context_of, state.credentials_of, None, persisted
        )
        async with AsgiSocket(sockets) as socket:
            await socket.init()

            async def subscribe(**payload: object) -> dict[str, Any]:
                socket.send(id="1", type="subscribe", payload=payload)
                frame = await socket.receive()
                if frame["type"] == "error":
                    return {"errors": frame["payload"]}
                assert await socket.receive() == complete_of("1")
                payload = frame["payload"]
                return dict(payload)

            yield subscribe
        return
    http = GraphQLHttp(schema, state.context_of, None, persisted)
    app = Starlette(routes=[Route("/graphql", http)])
    async with client_of(app) as client:

        async def get(**payload: object) -> dict[str, Any]:
            parameters = {
                key: value if isinstance(value, str) else json.dumps(value)
                for key, value in payload.items()
                if value is not None
            }
            answer = await client.get("/graphql", params=parameters)
            return dict(answer.json())

        async def send(**payload: object) -> dict[str, Any]:
            return dict((await post(client, payload)).json())

        yield get if request.param == "GET" else send


def message_in(answer: dict[str, Any]) -> str:
    [error] = answer["errors"]
    assert "data" not in answer
    return str(error["message"])


@pytest.mark.parametrize("document", [{}, {"query": None}, {"query": ""}])
async def test_a_document_is_sent_once(
    ask: Ask, document: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = await ask(**document, extensions=by_hash())
    assert message_in(unknown) == NOT_FOUND
    assert unknown["errors"][0]["extensions"] == {"code": "PERSISTED_QUERY_NOT_FOUND"}

    hello = {"data": {"hello": "hello world"}}
    assert await ask(query=QUERY, extensions=by_hash()) == hello
    monkeypatch.setattr(documents, "parse", None)  # it is not parsed again
    assert await ask(**document, extensions=by_hash()) == hello


async def test_a_hash_of_another_document_is_refused(
    ask: Ask, persisted: PersistedQueries
) -> None:
    answer = await ask(query=QUERY, extensions=by_hash("{ other }"))

    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    assert len(persisted) == 0


@pytest.mark.parametrize(
    "text", ["{ nothing }", "{", "{ hello }" + " " * 32_768, "{ a" * 70 + "}" * 70]
)
async def test_what_cannot_be_executed_is_not_kept(
    ask: Ask, persisted: PersistedQueries, text: str
) -> None:
    answer = await ask(query=text, extensions=by_hash(text))

    assert answer["errors"]  # by GET that of a URL that is too long, for one of them
    assert message_in(await ask(extensions=by_hash(text))) == NOT_FOUND
    assert len(persisted) == 0


@pytest.mark.parametrize("policy", ["off"])
async def test_off_it_is_not_supported(ask: Ask) -> None:
    assert message_in(await ask(extensions=by_hash())) == NOT_SUPPORTED
    assert "data" in await ask(query=QUERY, extensions=by_hash())
    assert message_in(await ask(extensions=by_hash())) == NOT_SUPPORTED


@pytest.mark.parametrize("policy", ["only"])
async def test_only_trusted_documents_are_executed(ask: Ask) -> None:
    trusted = {"data": {"__typename": "Query"}}
    assert await ask(extensions=by_hash("{ __typename }")) == trusted
    assert await ask(query="{ __typename }") == trusted

    for refused in (
        await ask(query=QUERY),
        await ask(query=QUERY, extensions=by_hash()),
        await ask(extensions=by_hash()),
    ):
        assert refused["errors"][0]["extensions"] == {"code": "DOCUMENT_NOT_TRUSTED"}


@pytest.mark.parametrize("extensions", [{}, {"persistedQuery": None}, {"other": 1}])
async def test_over_http_a_request_without_both_is_refused(
    extensions: dict[str, object], state: SchemaState
) -> None:
    async with client_of(GraphQLHttp(schema, state.context_of)) as http:
        answer = await post(http, {"query": "", "extensions": extensions}, url="/")

    assert answer.status_code == 400


@pytest.mark.parametrize("accept", [JSON, GQL])
@pytest.mark.parametrize(
    ("policy", "body", "status"),
    [
        ("any", {"extensions": by_hash()}, 200),
        ("off", {"extensions": by_hash()}, 200),
        ("any", {"query": QUERY, "extensions": by_hash("{ other }")}, 400),
        ("only", {"query": QUERY}, 403),
    ],
)
async def test_over_http_the_steps_of_the_protocol_have_the_status_of_apollo(
    body: dict[str, object],
    status: int,
    accept: str,
    state: SchemaState,
    persisted: PersistedQueries,
) -> None:
    app = GraphQLHttp(schema, state.context_of, None, persisted)
    async with client_of(app) as http:
        answer = await post(http, body, accept=accept, url="/")

    assert answer.status_code == status


async def test_a_mutation_is_not_sent_by_get(
    state: SchemaState, persisted: PersistedQueries
) -> None:
    text = "mutation { touch }"
    async with client_of(
        GraphQLHttp(schema, state.context_of, None, persisted)
    ) as http:
        await post(http, {"query": text, "extensions": by_hash(text)}, url="/")
        answer = await http.get("/", params={"extensions": json.dumps(by_hash(text))})

    assert (answer.status_code, state.touched) == (405, 1)


async def test_transports_share_what_was_sent(
    state: SchemaState, persisted: PersistedQueries
) -> None:
    http_app = GraphQLHttp(schema, state.context_of, None, persisted)
    sockets = GraphQLWebSocket(
        schema, state.context_of, state.credentials_of, None, persisted
    )
    async with client_of(http_app) as http, AsgiSocket(sockets) as socket:
        await post(http, {"query": QUERY, "extensions": by_hash()}, url="/")
        await socket.init()
        socket.send(id="1", type="subscribe", payload={"extensions": by_hash()})

        assert await socket.receive() == next_of("1", hello="hello world")


@pytest.mark.parametrize("document", ["", " ", "# nothing"])
@pytest.mark.parametrize("extensions", [{}, {"extensions": {"persistedQuery": None}}])
async def test_on_a_socket_an_empty_document_is_an_error_of_its_operation(
    app: GraphQLWebSocket, document: str, extensions: dict[str, object]
) -> None:
    async with AsgiSocket(app) as socket:
        await socket.init()
        for _ in range(2):  # under the same id: the first one has ended
            payload = {"query": document, **extensions}
            socket.send(id="1", type="subscribe", payload=payload)
            refused = await socket.receive()
            assert (refused["id"], refused["type"]) == ("1", "error")
            assert len(refused["payload"]) == 1


@pytest.mark.parametrize(
    "payload",
    [
        {"extensions": {}},
        {"extensions": {"persistedQuery": None}},
        {"query": None},
        {"extensions": "persistedQuery"},
        {"query": 1, "extensions": by_hash()},
        {"query": [], "extensions": by_hash()},
    ],
)
async def test_on_a_socket_neither_is_no_message_of_the_protocol(
    app: GraphQLWebSocket, payload: dict[str, object]
) -> None:
    async with AsgiSocket(app) as socket:
        await socket.init()
        socket.send(id="1", type="subscribe", payload=payload)

        assert (await socket.closed())[0] == 4400


async def test_a_hash_needs_an_initialised_socket(app: GraphQLWebSocket) -> None:
    async with AsgiSocket(app) as socket:
        payload = {"extensions": by_hash()}
        socket.send(id="1", type="subscribe", payload=payload)

        assert (await socket.closed())[0] == 4401
