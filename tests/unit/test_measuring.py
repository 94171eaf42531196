"""Operations are counted by names of the schema, never by names that clients choose."""

import json

import httpx2
import pytest
from prometheus_client import REGISTRY

from tests.support.asgi_socket import AsgiSocket, settle
from tests.support.http_client import post
from tests.support.metric_growth import growing
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLWebSocket

SECONDS = "cinema_operation_duration_seconds_count"


@pytest.mark.parametrize(
    ("query", "kind", "field", "outcome"),
    [
        ("{ hello }", "query", "hello", "ok"),
        ("query Anybody { again: hello }", "query", "hello", "ok"),
        ("{ hello me }", "query", "multiple", "ok"),
        ("{ ... { hello } }", "query", "multiple", "ok"),
        ("{ __schema { __typename } }", "query", "__schema", "ok"),
        ("mutation { touch }", "mutation", "touch", "ok"),
        ("{ unheardOf }", "query", "other", "refused"),
        ("{ touch }", "query", "other", "refused"),
        ("{", "unknown", "other", "refused"),
    ],
)
async def test_an_operation_is_counted_by_its_field_and_outcome(
    http: httpx2.AsyncClient, query: str, kind: str, field: str, outcome: str
) -> None:
    labels = {"transport": "http", "kind": kind, "field": field, "outcome": outcome}
    with growing(SECONDS, 1, **labels):
        await post(http, {"query": query})


async def test_names_that_clients_choose_are_no_labels(
    http: httpx2.AsyncClient,
) -> None:
    await post(http, {"query": "{ unheardOf }"})
    before = _series()

    for number in range(50):
        name = f"ana{number}_at_cinema"
        await post(http, {"query": f"query {name} {{ {name}: {name} }}"})
        await post(http, {"query": f"query {name} {{ {name}: hello }}"})
        await post(http, {"query": "{ hello }", "operationName": name})

    # Also of the last one, which names an operation that the document lacks.
    assert len(_series()) - len(before) <= 2
    assert "ana" not in json.dumps(sorted(_series()))


def _series() -> set[tuple[str, ...]]:
    return {
        (sample.name, *sample.labels.values())
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name == SECONDS
    }


async def test_what_was_never_executed_is_an_error_with_a_code(
    http: httpx2.AsyncClient,
) -> None:
    with (
        growing("cinema_graphql_errors_total", 2, code="BAD_USER_INPUT"),
        growing("cinema_graphql_errors_total", 1, code="UNAUTHENTICATED"),
    ):
        await post(http, b"no JSON")
        await post(http, {"query": "mutation A { touch } mutation B { touch }"})
        await post(http, {"query": "{ hello }"}, Authorization="Bearer bad")


async def test_a_socket_and_what_runs_on_it_are_counted_while_they_last(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    query = 'subscription { seatMap(sessionId: "1") { position } }'
    stream = {"transport": "websocket", "kind": "subscription", "field": "seatMap"}
    with (
        growing("cinema_sockets", 0),
        growing("cinema_socket_operations", 0),
        growing("cinema_seat_map_watchers", 0),
        growing("cinema_seat_map_streams", 0),
        growing(SECONDS, 1, outcome="ok", **stream),
    ):
        with (
            growing("cinema_sockets", 1),
            growing("cinema_socket_operations", 2),
            growing("cinema_seat_map_watchers", 2),
            growing("cinema_seat_map_streams", 1),
            growing("cinema_socket_send_wait_seconds_count", 5),
        ):
            socket = await AsgiSocket(app).__aenter__()
            await socket.init()
            socket.subscribe("a", query)
            socket.subscribe("b", query)
            for _ in "ab":
                assert (await socket.receive())["type"] == "next"
            state.move()
            for _ in "ab":
                assert (await socket.receive())["type"] == "next"
            await settle()
        await socket.disconnect()


async def test_operations_beyond_the_bound_of_a_socket_are_counted(
    state: SchemaState,
) -> None:
    app = GraphQLWebSocket(
        schema, state.context_of, state.credentials_of, max_operations=1
    )
    state.workable.clear()
    with (
        growing("cinema_rate_limited_total", 1, what="socket_operations"),
        growing("cinema_graphql_errors_total", 1, code="RATE_LIMITED"),
    ):
        async with AsgiSocket(app) as socket:
            await socket.init()
            socket.subscribe("a", "mutation { work }")
            socket.subscribe("b", "mutation { work }")
            refused = await socket.receive()
            state.workable.set()

    assert (refused["id"], refused["type"]) == ("b", "error")
