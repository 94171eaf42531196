"""A live map goes on after a stall, in the clients that front ends use."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from tests.support.asgi_server import speaking
from tests.support.node_program import node_program
from tests.support.polling import eventually
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLWebSocket
from transport.server.http_limits import BoundedHttp

DOCUMENT = "subscription ($s: String!) { seatMap(sessionId: $s) { kind position } }"
VARIABLES = json.dumps({"s": "1"})
PING_SECONDS = 0.5


@pytest.fixture
def state() -> SchemaState:
    return SchemaState()


@pytest.fixture
def sockets(state: SchemaState) -> GraphQLWebSocket:
    return GraphQLWebSocket(schema, state.context_of, state.credentials_of)


@pytest.fixture
async def url(sockets: GraphQLWebSocket) -> AsyncIterator[str]:
    app = Starlette(routes=[WebSocketRoute("/graphql", sockets)])
    pings: dict[str, Any] = {
        "ws_ping_interval": PING_SECONDS,
        "ws_ping_timeout": PING_SECONDS,
    }
    async with speaking(BoundedHttp, app, **pings) as port:
        yield f"ws://127.0.0.1:{port}/graphql"


@pytest.mark.parametrize("client", ["graphql-ws", "apollo", "urql"])
async def test_who_did_not_answer_pings_comes_back(
    client: str, url: str, sockets: GraphQLWebSocket, state: SchemaState
) -> None:
    async with node_program("live_map.mjs", client, url, DOCUMENT, VARIABLES) as map_:
        first = await map_.until("update")
        assert (first["seatMap"]["kind"], first["seatMap"]["position"]) == ("map", 0)
        map_.stall()

        async def is_closed() -> bool:
            return len(sockets) == 0

        await eventually(is_closed)
        state.move()
        map_.go_on()

        assert await map_.until("closed") == 1013
        again = await map_.until("update")
        assert again["seatMap"]["kind"] == "map"
        assert again["seatMap"]["position"] == 1
