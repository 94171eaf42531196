import json
from typing import Any

import pytest

from tests.support.asgi_socket import AsgiSocket, settle
from tests.support.frames import complete_of, next_of
from tests.support.transport_schema import FakeContext, SchemaState, schema
from transport import GraphQLWebSocket

SEAT_MAP = "subscription($s: String!) { seatMap(sessionId: $s) { kind position } }"
NUMBERS = "subscription($n: Int!) { numbers(upto: $n) }"


async def test_queries_mutations_and_subscriptions(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(app) as socket:
        assert socket.accepted == "graphql-transport-ws"
        await socket.init()

        socket.subscribe("q", "query($n: String!) { hello(name: $n) }", n="ann")
        assert await socket.receive() == next_of("q", hello="hello ann")
        assert await socket.receive() == complete_of("q")

        socket.subscribe("m", "mutation { touch }")
        assert await socket.receive() == next_of("m", touch=1)
        assert await socket.receive() == complete_of("m")

        socket.subscribe("s", NUMBERS, n=2)
        assert await socket.receive() == next_of("s", numbers=0)
        assert await socket.receive() == next_of("s", numbers=1)
        assert await socket.receive() == complete_of("s")
    assert state.touched == 1


async def test_connection_init_carries_the_token(app: GraphQLWebSocket) -> None:
    async with AsgiSocket(app) as socket:
        await socket.init(authorization="Bearer good", locale="pt-BR")
        socket.subscribe("q", "{ me }")
        [viewer, locale, request_id] = (await socket.receive())["payload"]["data"][
            "me"
        ].split()

    assert (viewer, locale) == ("ann", "pt-BR")
    assert len(request_id) == 32


async def test_an_id_may_be_used_again(app: GraphQLWebSocket) -> None:
    async with AsgiSocket(app) as socket:
        await socket.init()
        socket.subscribe("1", "subscription { mine }")
        await socket.receive()
        socket.send(id="1", type="complete")
        socket.subscribe("1", "{ hello }")

        assert await socket.receive() == next_of("1", hello="hello world")
        assert await socket.receive() == complete_of("1")
        await settle()
        assert socket.unread() == 0


@pytest.mark.parametrize(
    "query",
    [
        "",
        "{",
        "subscription { seatMap(sessionId: ) { kind } }",
        "{ nothing }",
        "subscription { seatMap { kind } }",
        'subscription { seatMap(sessionId: "1") { nothing } }',
        "query($n: String!) { hello(name: $n) }",
        "subscription { nothing }",
        "{" + "a{" * 900,
        "{" + "a " * 5_000,
        "query A { hello } query B { hello }",
        'subscription A { seatMap(sessionId: "1") { kind } } query B { hello }',
        "fragment F on Query { hello }",
        'subscription { seatMap(sessionId: "unknown") { kind } }',
    ],
    ids=lambda query: query[:60],
)
async def test_an_operations_error_is_its_own(
    app: GraphQLWebSocket, state: SchemaState, query: str
) -> None:
    async with AsgiSocket(app) as socket:
        await socket.init()
        socket.subscribe("seats", SEAT_MAP, s="1")
        assert await socket.receive() == next_of(
            "seats", seatMap={"kind": "map", "position": 0}
        )
        socket.subscribe("bad", query)
        error = await socket.receive()
        state.move()
        delta = await socket.receive()

    assert (error["id"], error["type"]) == ("bad", "error")
    assert all(each["message"] for each in error["payload"])
    assert delta == next_of("seats", seatMap={"kind": "delta", "position": 1})


async def test_a_failed_field_is_part_of_a_result(app: GraphQLWebSocket) -> None:
    async with AsgiSocket(app) as socket:
        await socket.init()
        socket.subscribe("q", "{ hello broken }")
        result = await socket.receive()
        assert await socket.receive() == complete_of("q")

    assert result["type"] == "next"
    assert result["payload"]["data"] == {"hello": "hello world", "broken": None}
    assert result["payload"]["errors"][0]["path"] == ["broken"]


async def test_a_subscription_may_fail_in_the_middle(app: GraphQLWebSocket) -> None:
    async with AsgiSocket(app) as socket:
        await socket.init()
        socket.subscribe("s", "subscription { failing }")
        assert await socket.receive() == next_of("s", failing=1)
        error = await socket.receive()
        await settle()
        assert socket.unread() == 0

    assert (error["id"], error["type"]) == ("s", "error")


async def test_a_bug_outside_execution_is_masked(
    caplog: pytest.LogCaptureFixture, state: SchemaState
) -> None:
    def context_of(*_: object) -> FakeContext:
        raise RuntimeError("secret")

    async with AsgiSocket(
        GraphQLWebSocket(schema, context_of, state.credentials_of)
    ) as socket:
        await socket.init()
        socket.subscribe("q", "{ hello }")
        error = await socket.receive()
        socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}

    [masked] = error["payload"]
    assert masked["extensions"]["code"] == "INTERNAL"
    assert "secret" not in json.dumps(error)
    [record] = caplog.records
    assert masked["extensions"]["requestId"] == record.__dict__["request_id"]


async def test_an_expired_token_begins_nothing_new(state: SchemaState) -> None:
    expired = False

    def context_of(authorization: str | None, *rest: Any) -> FakeContext:
        return state.context_of("Bearer old" if expired else authorization, *rest)

    async with AsgiSocket(
        GraphQLWebSocket(schema, context_of, state.credentials_of)
    ) as socket:
        await socket.init(authorization="Bearer good")
        expired = True
        socket.subscribe("m", "mutation { touch }")
        error = await socket.receive()

    assert error["type"] == "error"
    assert error["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert state.touched == 0


async def test_operations_are_limited(state: SchemaState) -> None:
    app = GraphQLWebSocket(
        schema, state.context_of, state.credentials_of, max_operations=2
    )

    async with AsgiSocket(app) as socket:
        await socket.init()
        for each in ("1", "2"):
            socket.subscribe(each, "subscription { mine }")
            await socket.receive()
        socket.subscribe("3", "subscription { mine }")
        refused = await socket.receive()
        socket.send(id="1", type="complete")
        await settle()
        socket.subscribe("4", "{ hello }")
        assert await socket.receive() == next_of("4", hello="hello world")

    assert (refused["id"], refused["type"]) == ("3", "error")
    assert refused["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
