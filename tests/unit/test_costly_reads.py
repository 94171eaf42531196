"""Costly reads take turns; nothing else waits for them."""

import time
from contextlib import ExitStack

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from tests.support.asgi_socket import AsgiSocket, settle
from tests.support.frames import next_of
from tests.support.http_client import client_of
from tests.support.metric_growth import growing
from tests.support.polling import eventually
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLHttp, GraphQLWebSocket, costly_reads
from transport.costly_reads import CostlyReads, is_costly
from transport.documents.call import Call
from transport.results import UNAVAILABLE, OperationFailedError

SEAT_MAP = "subscription($s: String!) { seatMap(sessionId: $s) { kind position } }"
REMOTE = "192.0.2.1"
INTROSPECTION = """{ __schema { types { fields {
  name description isDeprecated deprecationReason type { name kind }
} } } }"""
SESSIONS = "movies(first: 100) { edges { node { sessions { edges { cursor } } } } }"


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a read may last longer than one that waits for a server."""
    monkeypatch.setattr(costly_reads, "OVERDUE_SECONDS", 600.0)


def spend(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


@pytest.mark.parametrize(
    ("document", "costly"),
    [
        ("{ seatMap(sessionId: 1) { position } }", True),
        (SEAT_MAP, True),
        ("{ ...F } fragment F on Query { seatMap(sessionId: 1) { position } }", True),
        ("{ sessions(first: 10) { edges { node { seatMap { position } } } } }", True),
        ("{ movies(first: 100) { edges { node { id title synopsis } } } }", False),
        (f"{{ {SESSIONS} }}", True),
        ("{ sessions { edges { node { id startsAt room { name } } } } }", False),
        ("mutation { reserveSeats { seats { seatMap { position } } } }", False),
        ("subscription { reservation(id: 1) { seats { id status } } }", False),
        ("{", False),
    ],
)
def test_what_is_costly_is_known_before(document: str, costly: bool) -> None:
    assert is_costly(Call.of(document)) == costly


def test_a_variable_decides_too() -> None:
    document = f"query($n: Int) {{ {SESSIONS.replace('100', '$n')} }}"

    assert not is_costly(Call.of(document, variables={"n": 1}))
    assert is_costly(Call.of(document, variables={"n": 100}))


async def test_clients_take_turns() -> None:
    reads = CostlyReads()
    running = reads.line_up("a")
    lined_up = [
        (client, reads.line_up(client)) for client in ("a", "a", "a", "b", "c", "b")
    ]

    order = []
    while lined_up:
        running.end()

        async def one_runs() -> bool:
            return any(not admission.waits for _, admission in lined_up)

        await eventually(one_runs)
        [(client, running)] = [each for each in lined_up if not each[1].waits]
        lined_up.remove((client, running))
        order.append(client)

    assert order == ["a", "b", "c", "a", "b", "a"]


async def test_the_loop_belongs_to_others_for_a_while() -> None:
    reads = CostlyReads()
    first = reads.line_up("a")
    spend(0.02)
    first.end()
    second = reads.line_up("b")

    assert second.waits
    await second.wait()


async def test_one_waits_no_longer_than_for_its_own() -> None:
    """Somebody else asked for the same, and has much before it."""
    reads = CostlyReads()
    running = reads.line_up("hog")
    others = [reads.line_up("hog") for _ in range(3)]
    shared = reads.line_up("hog")
    reads.join(shared, "viewer")

    running.end()
    await others[0].wait()
    others[0].end()
    await shared.wait()
    shared.end()
    await others[1].wait()

    assert others[2].waits


async def test_a_queue_is_bounded_for_each_client() -> None:
    reads = CostlyReads(at_most=2)
    with (
        ExitStack() as turns,
        growing("cinema_costly_reads_waiting", 2),
        growing("cinema_rate_limited_total", 1, what="costly_reads"),
    ):
        for _ in range(3):  # one runs
            turns.enter_context(reads.line_up("a"))
        with pytest.raises(OperationFailedError):
            reads.line_up("a")
        turns.enter_context(reads.line_up("b")).end()


async def test_who_leaves_the_queue_is_not_waited_for() -> None:
    reads = CostlyReads(at_most=1)
    with reads.line_up("a") as running:
        reads.line_up("a").end()
        with reads.line_up("a") as last:
            running.end()
            await last.wait()


async def test_who_waits_for_a_server_keeps_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(costly_reads, "OVERDUE_SECONDS", 0.01)
    reads = CostlyReads()
    with reads.line_up("a"), reads.line_up("a") as second:
        await second.wait()


async def test_who_waits_for_an_unavailable_server_hears_it_at_once() -> None:
    reads = CostlyReads()
    with reads.line_up("a") as running, growing("cinema_costly_reads_waiting", 0):
        waiting = [reads.line_up("a"), reads.line_up("b")]
        running.end({UNAVAILABLE})
        for each in waiting:
            with each, pytest.raises(OperationFailedError) as failed:
                await each.wait()
            assert failed.value.errors[0]["extensions"]["code"] == UNAVAILABLE
        with reads.line_up("b") as later:
            await later.wait()


async def test_a_mutation_overtakes_maps(state: SchemaState) -> None:
    reads = CostlyReads(at_most=2)
    app = GraphQLWebSocket(schema, state.context_of, state.credentials_of, reads)
    async with AsgiSocket(app) as socket:
        await socket.init()
        state.readable.clear()
        for number in range(4):
            socket.subscribe(f"{number}", SEAT_MAP, s=f"{number}")
        await settle()
        refused = await socket.receive()
        socket.subscribe("m", "mutation { touch }")
        socket.subscribe("q", "{ hello }")
        await settle()

        assert state.executions == 1
        assert (refused["id"], refused["type"]) == ("3", "error")
        assert refused["payload"][0]["extensions"] == {
            "code": "RATE_LIMITED",
            "retryAfter": 1,
        }
        assert await socket.receive() == next_of("m", touch=1)
        await socket.receive()
        assert await socket.receive() == next_of("q", hello="hello world")
        await socket.receive()

        state.readable.set()
        maps = [await socket.receive() for _ in range(3)]
        assert [each["id"] for each in maps] == ["0", "1", "2"]


async def test_one_who_hangs_up_leaves_the_queue(state: SchemaState) -> None:
    app = GraphQLWebSocket(schema, state.context_of, state.credentials_of)
    state.readable.clear()
    with growing("cinema_costly_reads_waiting", 0):
        async with AsgiSocket(app) as socket:
            await socket.init()
            for number in range(4):
                socket.subscribe(f"{number}", SEAT_MAP, s=f"{number}")
            await settle()

    assert state.executions == 1


async def test_too_many_are_refused_over_http(state: SchemaState) -> None:
    graphql = GraphQLHttp(schema, state.context_of, CostlyReads(at_most=0))
    app = Starlette(routes=[Route("/graphql", graphql)])
    async with client_of(app, REMOTE) as http:
        cheap = await ask(http, "{ hello }")
        refused = await ask(http, INTROSPECTION)

    assert cheap.status_code == 200
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    [error] = refused.json()["errors"]
    assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 1}


async def test_this_machine_is_not_limited(state: SchemaState) -> None:
    graphql = GraphQLHttp(schema, state.context_of, CostlyReads(at_most=0))
    async with client_of(Starlette(routes=[Route("/graphql", graphql)])) as http:
        answer = await ask(http, INTROSPECTION)

    assert answer.status_code == 200


async def ask(http: httpx2.AsyncClient, query: str) -> httpx2.Response:
    return await http.post("/graphql", json={"query": query})
