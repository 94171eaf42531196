"""Clients that send hashes of documents go on with the documents, which we can run."""

import json

import pytest
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from tests.support.asgi_server import serving
from tests.support.http_client import GQL, JSON, client_of, post
from tests.support.node_program import node_program
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLHttp, GraphQLWebSocket

QUERY = "{ hello }"
SUBSCRIPTION = "subscription { numbers(upto: 1) }"
HASH: dict[str, object] = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}


def served() -> Starlette:
    state = SchemaState()
    graphql = GraphQLHttp(schema, state.context_of)
    sockets = GraphQLWebSocket(schema, state.context_of, state.credentials_of)
    return Starlette(
        routes=[Route("/graphql", graphql), WebSocketRoute("/graphql", sockets)]
    )


@pytest.mark.parametrize(
    ("client", "subscribed"),
    [
        ("apollo", [True, True]),  # its link for sockets sends hash and document
        ("urql", [False, True, True]),
    ],
)
async def test_clients_go_on_with_documents(
    client: str, subscribed: list[bool]
) -> None:
    """`subscribed` says of each `subscribe` message whether it had a document."""
    async with (
        serving(served()) as address,
        node_program(
            "persisted.mjs", client, f"{address}/graphql", QUERY, SUBSCRIPTION
        ) as program,
    ):
        answers = [await program.until("answer") for _ in range(2)]
        updates = [await program.until("update") for _ in range(2)]

    assert [each["data"]["hello"] for each in answers] == ["hello world"] * 2
    assert [each["requests"] for each in answers] == [2, 3]
    assert [each["data"]["numbers"] for each in updates] == [0, 0]
    assert updates[-1]["subscribed"] == subscribed


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("accept", [JSON, GQL])
@pytest.mark.parametrize("document", [{}, {"query": ""}])
async def test_a_hash_alone_is_not_supported(
    method: str, accept: str, document: dict[str, str]
) -> None:
    async with client_of(served()) as http:
        if method == "GET":
            answer = await http.get(
                "/graphql",
                params={**document, "extensions": json.dumps(HASH)},
                headers={"accept": accept},
            )
        else:
            answer = await post(http, {**document, "extensions": HASH}, accept=accept)

    assert answer.status_code == 200
    [error] = answer.json()["errors"]
    assert error["message"] == "PersistedQueryNotSupported"
    assert error["extensions"] == {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}


@pytest.mark.parametrize("extensions", [{}, {"persistedQuery": None}, {"other": 1}])
async def test_without_hash_and_document_a_request_is_refused(
    extensions: dict[str, object],
) -> None:
    async with client_of(served()) as http:
        answer = await post(http, {"query": "", "extensions": extensions})

    assert answer.status_code == 400


async def test_with_the_document_it_is_ignored() -> None:
    async with client_of(served()) as http:
        answer = await post(http, {"query": "{ hello }", "extensions": HASH})

    assert answer.json() == {"data": {"hello": "hello world"}}
