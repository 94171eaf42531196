"""Random bytes, values and frames are refused, and never cause a fault."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.asgi_socket import AsgiSocket, settle
from tests.support.http_client import client_of, post
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLHttp, GraphQLWebSocket

seeded = settings(derandomize=True, deadline=None, max_examples=100)

text = st.text(max_size=30) | st.sampled_from(
    ["{ hello }", "mutation { touch }", "{", "{}"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4)
    ),
    max_leaves=10,
)
requests = st.fixed_dictionaries(
    {"query": text | st.sampled_from(["query A { hello } query B { me }"]) | values},
    optional={
        "variables": values,
        "operationName": st.sampled_from(["A", "", None]) | values,
        "extensions": values,
    },
)
bodies = st.binary(max_size=60) | (values | requests).map(
    lambda value: json.dumps(value).encode(errors="surrogatepass")
)
ids = st.sampled_from(["1", "2"]) | values
frames = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("connection_init")},
        optional={
            "payload": values
            | st.fixed_dictionaries(
                {}, optional={"authorization": values, "locale": values}
            )
        },
    ),
    st.fixed_dictionaries(
        {"type": st.just("subscribe")},
        optional={"id": ids, "payload": requests | values},
    ),
    st.fixed_dictionaries({"type": st.just("complete")}, optional={"id": ids}),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["ping", "pong", "next"]) | values},
        optional={"payload": values},
    ),
    values,
)
# Most sequences begin correctly, or only the beginning would be tested.
conversations = st.tuples(
    st.sampled_from([[], [{"type": "connection_init"}]]), st.lists(frames, max_size=5)
).map(lambda parts: parts[0] + parts[1])

REFUSED = {4400, 4401, 4403, 4409, 4429}


@seeded
@given(bodies, st.sampled_from(["", "application/json", "*/*;q=0.1, x", "\t;;,"]))
async def test_any_body_is_answered_or_refused(body: bytes, accept: str) -> None:
    state = SchemaState()
    async with client_of(GraphQLHttp(schema, state.context_of)) as http:
        answer = await post(http, body, accept)

    assert answer.status_code in {200, 400, 406}
    assert "INTERNAL" not in answer.text


@seeded
@given(st.dictionaries(text, text, max_size=3) | requests)
async def test_any_url_is_answered_or_refused(parameters: dict[str, Any]) -> None:
    state = SchemaState()
    encoded = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in parameters.items()
    }
    async with client_of(GraphQLHttp(schema, state.context_of)) as http:
        answer = await http.get("/graphql", params=encoded)

    assert answer.status_code in {200, 400, 405}
    assert "INTERNAL" not in answer.text
    assert state.touched == 0


@seeded
@given(st.text(max_size=40) | st.text('{}[]:,1"nulx \\u', max_size=40))
async def test_any_text_is_no_frame(sent: str) -> None:
    state = SchemaState()
    app = GraphQLWebSocket(schema, state.context_of, state.credentials_of)
    async with AsgiSocket(app) as socket:
        await socket.init()
        socket.send_text(sent)
        code, reason = await socket.closed()

    assert code == 4400
    assert reason.startswith("Invalid message: ")


@seeded
@given(conversations)
async def test_any_conversation_goes_on_or_is_closed_with_a_reason(
    conversation: list[Any],
) -> None:
    state = SchemaState()
    app = GraphQLWebSocket(schema, state.context_of, state.credentials_of)
    async with AsgiSocket(app) as socket:
        for frame in conversation:
            socket.send_text(json.dumps(frame))
        socket.send(type="ping", payload={"last": True})
        await settle()
        while (message := await socket._next())["type"] == "websocket.send":
            assert "INTERNAL" not in message["text"]
            if json.loads(message["text"]).get("payload") == {"last": True}:
                break
        else:
            assert message["type"] == "websocket.close"
            assert message["code"] in REFUSED
            assert message["reason"]
    assert len(app) == 0
