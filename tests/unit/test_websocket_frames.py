import asyncio
import json

import pytest

from tests.support.asgi_socket import AsgiSocket
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLWebSocket


@pytest.mark.parametrize("protocols", [(), ("graphql-ws",), ("graphql-sse", "x")])
async def test_other_protocols_are_refused(
    app: GraphQLWebSocket, protocols: tuple[str, ...]
) -> None:
    async with AsgiSocket(app, protocols) as socket:
        assert socket.accepted is None
        assert await socket.closed() == (4406, "Subprotocol not acceptable")


async def test_a_socket_without_connection_init_is_closed(state: SchemaState) -> None:
    app = GraphQLWebSocket(
        schema, state.context_of, state.credentials_of, init_seconds=0.5
    )

    async with AsgiSocket(app) as socket:
        socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}
        assert await socket.closed() == (4408, "Connection initialisation timeout")


async def test_a_socket_may_be_silent_after_connection_init(state: SchemaState) -> None:
    app = GraphQLWebSocket(
        schema, state.context_of, state.credentials_of, init_seconds=0.01
    )

    async with AsgiSocket(app) as socket:
        await socket.init()
        await asyncio.sleep(0.02)
        socket.send(type="ping", payload={"a": 1})
        assert await socket.receive() == {"type": "pong", "payload": {"a": 1}}


async def test_a_bad_token_closes(app: GraphQLWebSocket) -> None:
    async with AsgiSocket(app) as socket:
        socket.send(type="connection_init", payload={"authorization": "Bearer bad"})
        assert await socket.closed() == (4403, "Forbidden")


async def test_a_second_connection_init_closes(app: GraphQLWebSocket) -> None:
    async with AsgiSocket(app) as socket:
        await socket.init()
        socket.send(type="connection_init")
        assert await socket.closed() == (4429, "Too many initialisation requests")


async def test_subscribing_before_connection_init_closes(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(app) as socket:
        socket.subscribe("m", "mutation { touch }")
        assert await socket.closed() == (4401, "Unauthorized")
    assert state.touched == 0


async def test_an_id_is_used_once_at_a_time(app: GraphQLWebSocket) -> None:
    name = "\u00fc" * 200
    async with AsgiSocket(app) as socket:
        await socket.init()
        socket.subscribe(name, "subscription { mine }")
        await socket.receive()
        socket.subscribe(name, "{ hello }")
        code, reason = await socket.closed()

    assert code == 4409
    assert reason.startswith("Subscriber for \u00fc\u00fc")
    assert len(reason.encode()) <= 123


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "1",
        "null",
        "[]",
        '"x"',
        "NaN",
        "[" * 100_000,
        '{"type": "ping", "payload": ' + "9" * 5_000 + "}",
        '{"type": "ping", "payload": ' + '{"a":' * 500 + "1" + "}" * 501,
        "{}",
        '{"type": null}',
        '{"type": 1}',
        '{"type": {}}',
        '{"type": "start"}',
        '{"type": "next", "id": "1", "payload": {}}',
        '{"type": "connection_ack"}',
        '{"type": "connection_init", "payload": "x"}',
        '{"type": "connection_init", "payload": {"authorization": 1}}',
        '{"type": "connection_init", "payload": {"locale": []}}',
        '{"type": "ping", "payload": 1}',
        '{"type": "pong", "payload": "x"}',
        '{"type": "complete"}',
        '{"type": "complete", "id": 1}',
        '{"type": "subscribe"}',
        '{"type": "subscribe", "id": "1"}',
        '{"type": "subscribe", "id": "1", "payload": "x"}',
        '{"type": "subscribe", "id": "1", "payload": {}}',
        '{"type": "subscribe", "id": 1, "payload": {"query": "{ hello }"}}',
        '{"type": "subscribe", "id": {}, "payload": {"query": "{ hello }"}}',
        '{"type": "subscribe", "id": "", "payload": {"query": "{ hello }"}}',
        '{"type": "subscribe", "payload": {"query": "{ hello }"}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "", "variables": []}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "", "variables": "x"}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "", "extensions": 1}}',
        '{"type":"subscribe","id":"1","payload":{"query": "", "operationName": 1}}',
        json.dumps(
            {"type": "subscribe", "id": "x" * 257, "payload": {"query": "{ hello }"}}
        ),
    ],
    ids=lambda text: f"{text[:70]} {len(text)}",
)
async def test_a_malformed_frame_closes(app: GraphQLWebSocket, text: str) -> None:
    async with AsgiSocket(app) as socket:
        socket.send_text(text)
        code, reason = await socket.closed()

    assert code == 4400
    assert reason.startswith("Invalid message: ")
    assert len(reason.encode()) <= 123


async def test_a_binary_frame_closes(app: GraphQLWebSocket) -> None:
    async with AsgiSocket(app) as socket:
        socket.send_bytes(b'{"type": "ping"}')
        assert await socket.closed() == (4400, "Invalid message: not a text frame")


async def test_a_huge_frame_closes(app: GraphQLWebSocket) -> None:
    async with AsgiSocket(app) as socket:
        socket.send_text(" " * 1_048_577)
        assert await socket.closed() == (1009, "Message too big")
