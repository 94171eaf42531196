"""A `subscribe` message with a hash is no reason to close a socket."""

from typing import Any

import pytest

from tests.support.asgi_socket import AsgiSocket
from tests.support.frames import complete_of, next_of
from transport import GraphQLWebSocket

HASH = {"version": 1, "sha256Hash": "0" * 64}
NOT_SUPPORTED = [
    {
        "message": "PersistedQueryNotSupported",
        "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"},
    }
]


def subscribe(socket: AsgiSocket, id: str, payload: dict[str, Any]) -> None:
    socket.send(id=id, type="subscribe", payload=payload)


async def assert_serves(socket: AsgiSocket) -> None:
    """Under the same id: the operation that was refused has ended."""
    socket.subscribe("1", "{ hello }")
    assert await socket.receive() == next_of("1", hello="hello world")
    assert await socket.receive() == complete_of("1")


@pytest.mark.parametrize("document", [{}, {"query": None}, {"query": ""}])
@pytest.mark.parametrize(
    "hash",
    [
        HASH,
        {**HASH, "version": 2},
        {**HASH, "version": "1"},
        {**HASH, "sha256Hash": 7},
        {"version": 1},
        {},
        "0" * 64,  # as graphql-ws shows it
        7,
    ],
    ids=str,
)
async def test_a_hash_alone_is_not_supported(
    app: GraphQLWebSocket, document: dict[str, object], hash: object
) -> None:
    async with AsgiSocket(app, accept_language="es") as socket:
        await socket.init()
        subscribe(socket, "1", {**document, "extensions": {"persistedQuery": hash}})

        assert await socket.receive() == {
            "id": "1",
            "type": "error",
            "payload": NOT_SUPPORTED,
        }
        await assert_serves(socket)


async def test_with_the_document_it_is_ignored(app: GraphQLWebSocket) -> None:
    async with AsgiSocket(app) as socket:
        await socket.init()
        extensions = {"persistedQuery": HASH}
        subscribe(socket, "1", {"query": "{ hello }", "extensions": extensions})

        assert await socket.receive() == next_of("1", hello="hello world")
        assert await socket.receive() == complete_of("1")


@pytest.mark.parametrize("document", ["", " ", "# nothing"])
@pytest.mark.parametrize("extensions", [{}, {"extensions": {"persistedQuery": None}}])
async def test_an_empty_document_is_an_error_of_its_operation(
    app: GraphQLWebSocket, document: str, extensions: dict[str, object]
) -> None:
    async with AsgiSocket(app) as socket:
        await socket.init()
        subscribe(socket, "1", {"query": document, **extensions})

        refused = await socket.receive()
        assert (refused["id"], refused["type"]) == ("1", "error")
        assert len(refused["payload"]) == 1
        await assert_serves(socket)


@pytest.mark.parametrize(
    "payload",
    [
        {"extensions": {}},
        {"extensions": {"persistedQuery": None}},
        {"query": None},
        {"extensions": "persistedQuery"},
        {"query": 1, "extensions": {"persistedQuery": HASH}},
        {"query": [], "extensions": {"persistedQuery": HASH}},
    ],
)
async def test_neither_hash_nor_text_is_no_message_of_the_protocol(
    app: GraphQLWebSocket, payload: dict[str, object]
) -> None:
    async with AsgiSocket(app) as socket:
        await socket.init()
        subscribe(socket, "1", payload)

        assert (await socket.closed())[0] == 4400


async def test_a_hash_needs_an_initialised_socket(app: GraphQLWebSocket) -> None:
    async with AsgiSocket(app) as socket:
        subscribe(socket, "1", {"extensions": {"persistedQuery": HASH}})

        assert (await socket.closed())[0] == 4401
