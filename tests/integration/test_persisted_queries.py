"""Apollo Client's link for persisted queries sends documents that we do not keep."""

import json

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from tests.support.asgi_server import serving
from tests.support.http_client import GQL, JSON, client_of, post
from tests.support.node_program import node_program
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLHttp


def served() -> Starlette:
    graphql = GraphQLHttp(schema, SchemaState().context_of)
    return Starlette(routes=[Route("/graphql", graphql)])


async def test_it_sends_the_document_and_goes_on_so() -> None:
    async with (
        serving(served()) as address,
        node_program("persisted.mjs", f"{address}/graphql", "{ hello }") as program,
    ):
        first = await program.until("answer")
        second = await program.until("answer")

    assert first["data"]["hello"] == second["data"]["hello"] == "hello world"
    assert (first["requests"], second["requests"]) == (2, 3)


HASH: dict[str, object] = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("accept", [JSON, GQL])
async def test_a_hash_alone_is_not_supported(method: str, accept: str) -> None:
    async with client_of(served()) as http:
        parameters: dict[str, str | dict[str, object]] = {"extensions": HASH}
        if method == "GET":
            answer = await http.get(
                "/graphql",
                params={"extensions": json.dumps(HASH)},
                headers={"accept": accept},
            )
        else:
            answer = await post(http, parameters, accept=accept)

    assert answer.status_code == 200
    [error] = answer.json()["errors"]
    assert error["message"] == "PersistedQueryNotSupported"
    assert error["extensions"] == {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}


async def test_with_the_document_it_is_ignored() -> None:
    async with client_of(served()) as http:
        answer = await post(http, {"query": "{ hello }", "extensions": HASH})

    assert answer.json() == {"data": {"hello": "hello world"}}
