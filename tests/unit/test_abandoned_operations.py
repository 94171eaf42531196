"""What a client reads ends with the client. What it changes does not.

Over HTTP on real connections, and on sockets.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from prometheus_client import REGISTRY
from starlette.applications import Starlette
from starlette.routing import Route

from tests.support.asgi_server import speaking
from tests.support.asgi_socket import AsgiSocket, settle
from tests.support.frames import next_of
from tests.support.leaving_client import LeavingClient, connected
from tests.support.polling import eventually
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLHttp, GraphQLWebSocket
from transport.documents.call import Call
from transport.documents.document import kept, read
from transport.server.http_limits import BoundedHttp
from transport.shares import read_shares
from transport.shares.read_shares import ReadShares

WORK, CHANGE = "{ work }", "mutation { work }"
SEAT_MAP = "subscription($s: String!) { seatMap(sessionId: $s) { kind position } }"


@pytest.fixture(autouse=True)
def _one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_shares, "MOST_TOGETHER", 1)
    monkeypatch.setattr(read_shares, "OVERDUE_SECONDS", 600.0)


@pytest.fixture(autouse=True)
def _known_documents() -> None:
    for text in (WORK, CHANGE, "{ hello }"):
        read(text)


@pytest.fixture
def state() -> SchemaState:
    state = SchemaState()
    state.workable.clear()
    return state


@pytest.fixture
def shares() -> ReadShares:
    return ReadShares()


@pytest.fixture
async def port(state: SchemaState, shares: ReadShares) -> AsyncIterator[int]:
    graphql = GraphQLHttp(schema, state.context_of, shares)
    app = Starlette(routes=[Route("/graphql", graphql)])
    async with speaking(BoundedHttp, app) as port:
        yield port


@pytest.fixture
def sockets(state: SchemaState, shares: ReadShares) -> GraphQLWebSocket:
    return GraphQLWebSocket(schema, state.context_of, state.credentials_of, shares)


def waiting() -> float:
    return REGISTRY.get_sample_value("cinema_reads_waiting") or 0.0


async def has_begun(state: SchemaState, operations: int = 1) -> None:
    async def begun() -> bool:
        return state.begun == operations

    await eventually(begun)


async def are_waiting(before: float, reads: int) -> None:
    async def wait() -> bool:
        return waiting() - before == reads

    await eventually(wait)


async def is_cut(state: SchemaState) -> None:
    async def cut() -> bool:
        return state.cut == 1

    await eventually(cut)


@pytest.mark.parametrize("leave", [LeavingClient.leave, LeavingClient.reset])
async def test_a_query_ends_with_its_connection(
    port: int, state: SchemaState, leave: Callable[[LeavingClient], None]
) -> None:
    async with connected(port) as client, connected(port) as other:
        client.send("{ hello }")
        await client.answer()  # its connection is used a second time
        client.send(WORK)
        await has_begun(state)
        leave(client)
        await is_cut(state)

        other.send("{ hello }")  # its turn was given back
        assert await other.answer() == {"data": {"hello": "hello world"}}


async def test_queries_that_wait_leave_the_queue(port: int, state: SchemaState) -> None:
    before = waiting()
    async with connected(port) as first, connected(port) as last:
        first.send(WORK)
        await has_begun(state)
        crowd = [await connected(port).__aenter__() for _ in range(20)]
        for each in crowd:
            each.send(WORK)
        await are_waiting(before, 20)
        for each in crowd:
            each.leave()
        await are_waiting(before, 0)

        last.send(WORK)
        await are_waiting(before, 1)
        state.workable.set()
        assert await first.answer() == {"data": {"work": 1}}
        assert await last.answer() == {"data": {"work": 2}}
    assert (state.begun, state.cut) == (2, 0)


@pytest.mark.parametrize(
    ("query", "is_read"), [("{ alias: work }", False), ("mutation X { work }", True)]
)
async def test_a_new_document_is_read_only_for_a_mutation(
    port: int, state: SchemaState, query: str, *, is_read: bool
) -> None:
    before = waiting()
    async with connected(port) as first, connected(port) as client:
        first.send(WORK)
        await has_begun(state)
        client.send(query)
        await are_waiting(before, 1)
        client.leave()
        if not is_read:
            await are_waiting(before, 0)
        state.workable.set()
        await first.answer()
        await has_begun(state, 1 + is_read)
    assert (kept(query) is not None) is is_read


async def test_a_mutation_runs_to_its_end(port: int, state: SchemaState) -> None:
    async with connected(port) as client:
        client.send(CHANGE)
        await has_begun(state)
        client.leave()
        async with connected(port) as other:  # later, so the server has noticed
            other.send("{ hello }")
            await other.answer()
        state.workable.set()

        async def is_done() -> bool:
            return state.touched == 1

        await eventually(is_done)
    assert state.cut == 0


@pytest.mark.parametrize("leave", ["complete", "hang up"])
async def test_a_query_ends_with_its_operation_on_a_socket(
    sockets: GraphQLWebSocket, state: SchemaState, leave: str
) -> None:
    before = waiting()
    async with AsgiSocket(sockets) as socket:
        await socket.init()
        for number in range(3):
            socket.subscribe(f"{number}", WORK)
        await settle()
        assert (state.begun, waiting() - before) == (1, 2)
        if leave == "complete":
            socket.send(id="1", type="complete")
            socket.send(id="0", type="complete")
            await settle()
            assert (state.begun, state.cut, waiting() - before) == (2, 1, 0)
        socket.hang_up()
        await settle()
        assert socket.is_over()
    assert state.cut == state.begun
    assert waiting() == before


async def test_only_the_mutation_of_a_socket_goes_on(
    sockets: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(sockets) as socket:
        await socket.init()
        socket.subscribe("q", WORK)
        socket.subscribe("m", CHANGE)
        socket.subscribe("s", SEAT_MAP, s="1")
        await settle()
        assert state.begun == 2
        socket.hang_up()
        await settle()

        assert (state.cut, state.watchers) == (1, set())
        assert not socket.is_over()
        state.workable.set()
    assert (state.touched, state.cut) == (1, 1)


async def test_another_who_watches_the_same_map_goes_on(
    sockets: GraphQLWebSocket, state: SchemaState
) -> None:
    state.readable.clear()
    async with AsgiSocket(sockets) as first, AsgiSocket(sockets) as other:
        for socket in (first, other):
            await socket.init()
            socket.subscribe("s", SEAT_MAP, s="1")
        await settle()
        first.hang_up()
        await settle()
        assert first.is_over()
        state.readable.set()

        seat_map = {"kind": "map", "position": 0}
        assert await other.receive() == next_of("s", seatMap=seat_map)
    assert state.executions == 1


async def test_a_read_that_was_cut_costs_what_was_expected() -> None:
    """Else dear reads would look cheap, and who leaves early would pay less."""
    [known] = Call.of(WORK).document.operations
    known.seconds = 0.5
    with pytest.raises(asyncio.CancelledError):
        async with ReadShares().admission_for("a", known):
            raise asyncio.CancelledError
    assert known.seconds == 0.5
