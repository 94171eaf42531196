"""Clients that send hashes of documents send each document once."""

import asyncio
import re
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from tests.support.asgi_server import serving
from tests.support.node_program import node_program
from tests.support.run import ROOT
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLHttp, GraphQLWebSocket

QUERY = "{ hello }"
SUBSCRIPTION = "subscription { numbers(upto: 1) }"
DOCUMENT = ROOT / "docs" / "api.md"


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
        ("urql", [False, True, False]),
    ],
)
async def test_clients_send_a_document_once(
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
    assert answers[-1]["requested"] == [False, True, False]
    assert [each["data"]["numbers"] for each in updates] == [0, 0]
    assert updates[-1]["subscribed"] == subscribed


async def test_the_example_of_the_documentation_sends_a_document_once() -> None:
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    [block] = [block for block in blocks if "def ask(" in block]
    example: dict[str, Any] = {}
    exec(block, example)  # noqa: S102 # it is ours
    sent: list[dict[str, Any]] = []
    send = example["send"]

    def counting(url: str, body: dict[str, Any]) -> object:
        sent.append(body)
        return send(url, body)

    example["send"] = counting
    document = "query ($name: String!) { hello(name: $name) }"
    async with serving(served()) as address:
        for name in ("Ana", "Bia"):
            answer = await asyncio.to_thread(
                example["ask"], f"{address}/graphql", document, {"name": name}
            )
            assert answer == {"data": {"hello": f"hello {name}"}}

    assert ["query" in body for body in sent] == [False, True, False]
