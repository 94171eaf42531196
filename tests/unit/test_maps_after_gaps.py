"""A whole map that is sent again takes its turn, like the first one."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from resolvers.faults import FaultError
from runtime.networks import network_of
from tests.support.asgi_socket import AsgiSocket, settle
from tests.support.metric_growth import growing
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLWebSocket
from transport.documents.call import Call
from transport.results import UNAVAILABLE
from transport.shares import read_shares
from transport.shares.read_shares import ReadShares

SHARED = "subscription ($s: String!) { seatMap(sessionId: $s) { kind position } }"
# A position that is required decides more than where it starts: it is not shared.
OWN = """subscription ($s: String!, $a: String!) {
  seatMap(sessionId: $s, after: $a) { kind position }
}"""
HOG = ("192.0.2.1", 1)
VIEWER = ("198.51.100.1", 1)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a read may last longer than one that waits for a server.

    And what costs nothing in these tests would run together.
    """
    monkeypatch.setattr(read_shares, "MOST_TOGETHER", 1)
    monkeypatch.setattr(read_shares, "OVERDUE_SECONDS", 600.0)


@pytest.fixture
def reads() -> ReadShares:
    return ReadShares()


@pytest.fixture
def sockets(state: SchemaState, reads: ReadShares) -> GraphQLWebSocket:
    return GraphQLWebSocket(schema, state.context_of, state.credentials_of, reads)


@pytest.fixture
async def socket(sockets: GraphQLWebSocket) -> AsyncIterator[AsgiSocket]:
    async with AsgiSocket(sockets) as socket:
        await socket.init()
        yield socket


async def kind_of_next(socket: AsgiSocket) -> str:
    update = (await socket.receive())["payload"]["data"]["seatMap"]
    return str(update["kind"])


async def watch(socket: AsgiSocket, document: str, id: str = "1") -> None:
    socket.subscribe(id, document, s="1", a="5")
    await kind_of_next(socket)


@pytest.mark.parametrize("document", [SHARED, OWN])
async def test_it_waits_while_another_read_runs(
    document: str, socket: AsgiSocket, state: SchemaState, reads: ReadShares
) -> None:
    await watch(socket, document)
    with reads.line_up("other"), growing("cinema_reads_waiting", 1):
        state.lose_messages()
        await settle()
        assert socket.unread() == 0
    assert await kind_of_next(socket) == "map"

    with reads.line_up("other"):
        state.move()
        assert await kind_of_next(socket) == "delta"


async def test_it_keeps_its_turn_until_it_is_encoded(
    socket: AsgiSocket, state: SchemaState, reads: ReadShares
) -> None:
    await watch(socket, OWN)
    state.lose_messages()
    assert await kind_of_next(socket) == "map"

    with reads.line_up("other") as other:
        assert not other.waits


async def test_own_maps_come_one_by_one(
    socket: AsgiSocket, state: SchemaState, reads: ReadShares
) -> None:
    for operation in ("1", "2", "3"):
        await watch(socket, OWN, operation)
    with reads.line_up("other"), growing("cinema_reads_waiting", 3):
        state.lose_messages()
        await settle()
    for _ in range(3):
        assert await kind_of_next(socket) == "map"


async def test_a_shared_map_waits_for_none_of_who_began_it(
    sockets: GraphQLWebSocket, state: SchemaState, reads: ReadShares
) -> None:
    async with (
        AsgiSocket(sockets, client=HOG) as hog,
        AsgiSocket(sockets, client=VIEWER) as viewer,
    ):
        await hog.init()
        await viewer.init()
        await watch(hog, SHARED)
        await watch(viewer, SHARED)
        running = reads.line_up("other")
        much = [reads.line_up(network_of(HOG[0])) for _ in range(3)]
        state.lose_messages()
        await settle()

        running.end()
        for each in much[:1]:
            await each.wait()
            each.end()
        assert await kind_of_next(viewer) == "map"
        assert much[-1].waits
        for each in much:
            each.end()


@pytest.mark.parametrize("document", [SHARED, OWN])
async def test_one_who_hangs_up_leaves_the_queue(
    document: str, sockets: GraphQLWebSocket, state: SchemaState, reads: ReadShares
) -> None:
    with reads.line_up("other") as running, growing("cinema_reads_waiting", 0):
        running.end()
        async with AsgiSocket(sockets) as socket:
            await socket.init()
            await watch(socket, document)
            with reads.line_up("other"):
                state.lose_messages()
                await settle()
                await socket.disconnect()


async def test_again_is_refused_like_the_first_time(reads: ReadShares) -> None:
    operation = Call.of("{ seatMap(sessionId: 1) { position } }").operation
    with reads.line_up("a", operation) as admission:
        await admission.wait()
        admission.end()
        running = reads.line_up("b", operation)
        again = asyncio.create_task(admission.again())
        await settle()
        running.end({UNAVAILABLE})
        with pytest.raises(FaultError):
            await again
        await admission.again()
    with reads.line_up("b") as later:
        assert not later.waits
