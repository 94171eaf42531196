"""A client that reads much slows down only itself, over HTTP and on sockets.

The order of answers is counted, and no time.
"""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from tests.support.asgi_socket import AsgiSocket, settle
from tests.support.frames import next_of
from tests.support.http_client import client_of
from tests.support.metric_growth import growing
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLHttp, GraphQLWebSocket
from transport.documents.document import read
from transport.shares import read_shares
from transport.shares.read_shares import ReadShares

SEAT_MAP = "subscription($s: String!) { seatMap(sessionId: $s) { kind position } }"
HOG, BUYER = "192.0.2.1", "192.0.2.2"


@pytest.fixture(autouse=True)
def _one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing costs much here, and on a busy machine anything may last long."""
    monkeypatch.setattr(read_shares, "MOST_TOGETHER", 1)
    monkeypatch.setattr(read_shares, "MOST_BESIDE_CHANGES", 1)
    monkeypatch.setattr(read_shares, "OVERDUE_SECONDS", 600.0)


@pytest.fixture(autouse=True)
def _known_documents() -> None:
    """What a buyer sends is not new to the process."""
    for text in ("{ hello }", "{ me }", "mutation { touch }"):
        read(text)


@pytest.fixture
def shares() -> ReadShares:
    return ReadShares()


@pytest.fixture
def served(state: SchemaState, shares: ReadShares) -> Starlette:
    graphql = GraphQLHttp(schema, state.context_of, shares)
    return Starlette(routes=[Route("/graphql", graphql)])


@pytest.fixture
def sockets(state: SchemaState, shares: ReadShares) -> GraphQLWebSocket:
    return GraphQLWebSocket(schema, state.context_of, state.credentials_of, shares)


@pytest.fixture
async def flood(
    served: Starlette, state: SchemaState
) -> AsyncIterator[list[asyncio.Task[httpx2.Response]]]:
    """Fifty reads of one address: the first one runs and waits for a server."""
    state.workable.clear()
    async with client_of(served, HOG) as hog:
        reads = [asyncio.create_task(ask(hog, "{ work }")) for _ in range(50)]
        await settle()
        yield reads
        state.workable.set()
        answers = await asyncio.gather(*reads)
        assert {each.status_code for each in answers} == {200}


async def ask(http: httpx2.AsyncClient, query: str, **headers: str) -> httpx2.Response:
    return await http.post("/graphql", json={"query": query}, headers=headers)


async def test_a_change_of_another_waits_for_no_read(
    flood: list[asyncio.Task[httpx2.Response]], served: Starlette, state: SchemaState
) -> None:
    async with client_of(served, BUYER) as buyer:
        answer = await ask(buyer, "mutation { touch }")

    assert answer.json() == {"data": {"touch": 1}}
    assert state.begun == 1  # the one read that has begun
    assert not any(each.done() for each in flood)


async def test_a_read_of_another_waits_for_one_read(
    flood: list[asyncio.Task[httpx2.Response]], served: Starlette, state: SchemaState
) -> None:
    async with client_of(served, BUYER) as buyer:
        reading = asyncio.create_task(ask(buyer, "{ hello }"))
        await settle()
        assert not reading.done()
        state.workable.set()
        await reading

    assert sum(each.done() for each in flood) <= 3


async def test_a_stranger_does_not_slow_down_who_is_signed_in_at_its_address(
    flood: list[asyncio.Task[httpx2.Response]], served: Starlette, state: SchemaState
) -> None:
    async with client_of(served, HOG) as home:
        reading = asyncio.create_task(ask(home, "{ me }", authorization="Bearer good"))
        await settle()
        state.workable.set()
        await reading

    assert sum(each.done() for each in flood) <= 3


@pytest.mark.usefixtures("flood")
async def test_sockets_and_requests_of_an_address_have_one_share(
    served: Starlette,
    sockets: GraphQLWebSocket,
    state: SchemaState,
) -> None:
    """Its hundred sockets wait behind its own reads, and another's does not."""
    async with client_of(served, BUYER) as buyer:
        hogs = [AsgiSocket(sockets, client=(HOG, 1)) for _ in range(100)]
        for socket in hogs:
            await socket.__aenter__()
            await socket.init()
            socket.subscribe("1", "{ hello }")
        await settle()
        reading = asyncio.create_task(ask(buyer, "{ hello }"))
        await settle()
        state.workable.set()
        await reading

        assert sum(socket.unread() for socket in hogs) == 0
        for socket in hogs:
            assert await socket.receive() == next_of("1", hello="hello world")
            await socket.__aexit__(None, None, None)


async def test_a_change_on_a_socket_overtakes_its_reads(
    sockets: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(sockets) as socket:
        await socket.init()
        state.readable.clear()
        for number in range(4):
            socket.subscribe(f"{number}", SEAT_MAP, s=f"{number}")
        await settle()
        socket.subscribe("m", "mutation { touch }")
        await settle()

        assert state.executions == 1
        assert await socket.receive() == next_of("m", touch=1)
        await socket.receive()

        state.readable.set()
        maps = [await socket.receive() for _ in range(4)]
        assert [each["id"] for each in maps] == ["0", "1", "2", "3"]


async def test_one_who_hangs_up_leaves_the_queue(
    sockets: GraphQLWebSocket, state: SchemaState
) -> None:
    state.readable.clear()
    with growing("cinema_reads_waiting", 0):
        async with AsgiSocket(sockets) as socket:
            await socket.init()
            for number in range(4):
                socket.subscribe(f"{number}", SEAT_MAP, s=f"{number}")
            await settle()

    assert state.executions == 1


async def test_too_many_are_refused_over_http(state: SchemaState) -> None:
    graphql = GraphQLHttp(schema, state.context_of, ReadShares(at_most=0))
    app = Starlette(routes=[Route("/graphql", graphql)])
    async with client_of(app, HOG) as http:
        changed = await ask(http, "mutation { touch }")
        refused = await ask(http, "{ hello }")

    assert changed.status_code == 200
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    [error] = refused.json()["errors"]
    assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 1}


async def test_too_many_are_refused_on_a_socket(
    state: SchemaState,
) -> None:
    app = GraphQLWebSocket(
        schema, state.context_of, state.credentials_of, ReadShares(at_most=0)
    )
    async with AsgiSocket(app, client=(HOG, 1)) as socket:
        await socket.init()
        socket.subscribe("1", "{ hello }")
        refused = await socket.receive()

    assert (refused["id"], refused["type"]) == ("1", "error")
    assert refused["payload"][0]["extensions"] == {
        "code": "RATE_LIMITED",
        "retryAfter": 1,
    }


async def test_a_new_document_waits_behind_its_own_client(
    flood: list[asyncio.Task[httpx2.Response]], served: Starlette, state: SchemaState
) -> None:
    """To parse it costs time of the loop, and nobody knows yet that it is a change."""
    text = "mutation New { touch }"
    async with client_of(served, HOG) as hog, client_of(served, BUYER) as buyer:
        own = [asyncio.create_task(ask(hog, text)), *flood]
        await settle()
        state.workable.set()
        await ask(buyer, "mutation Other { touch }")

        assert sum(each.done() for each in own) <= 3
