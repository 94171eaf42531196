"""The client's address, and how many sockets one address may have."""

from contextlib import AsyncExitStack, ExitStack

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from app.serve import behind
from tests.support.asgi_socket import AsgiSocket, settle
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLWebSocket
from transport.socket_endpoint.client_counts import (
    SocketCounts,
    TooManySocketsError,
    client_network,
)

TOO_MANY = (1013, "Too many sockets from your address")


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (("192.0.2.7", 1), "192.0.2.7"),
        (("::ffff:192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2::9", 1), "2001:db8:1:2::/64"),
        (("unknown", 0), "unknown"),
        (("127.0.0.1", 1), None),
        (("127.8.8.8", 1), None),
        (("::1", 1), None),
        (("::ffff:127.0.0.1", 1), None),
        (None, None),
    ],
)
def test_an_address_tells_clients_apart(
    client: tuple[str, int] | None, expected: str | None
) -> None:
    assert client_network({"type": "websocket", "client": client}) == expected


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.7", ["198.51.100.1"], "192.0.2.7"),  # the peer is no trusted proxy
        ("10.1.1.1", [], "10.1.1.1"),
        ("10.1.1.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.1.1.1", ["203.0.113.9, 198.51.100.1"], "198.51.100.1"),
        ("10.1.1.1", ["203.0.113.9", "198.51.100.1, 10.2.2.2"], "198.51.100.1"),
        ("10.1.1.1", ["2001:db8::1"], "2001:db8::1"),
        ("10.1.1.1", ["198.51.100.1:4711"], "198.51.100.1"),
    ],
)
async def test_a_trusted_proxy_names_the_client(
    kind: str, peer: str, forwarded: list[str], expected: str
) -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["client"][0])

    async def nothing(*_: object) -> None: ...

    config = uvicorn.Config(app, log_config=None, **behind(["10.0.0.0/8"]))
    config.load()
    headers = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    scope = {"type": kind, "client": (peer, 1), "headers": headers}
    await config.loaded_app(scope, nothing, nothing)

    assert seen == [expected]


async def test_no_proxy_is_trusted_by_default() -> None:
    assert behind([]) == {"proxy_headers": False, "forwarded_allow_ips": []}


def test_closed_sockets_are_not_counted() -> None:
    clients = SocketCounts(at_most=1)

    with ExitStack() as open_:
        open_.enter_context(clients.count("a"))
        open_.enter_context(clients.count("b"))
        with pytest.raises(TooManySocketsError), clients.count("a"):
            raise AssertionError("it is one too many")
        assert len(clients) == 2

    assert len(clients) == 0


async def test_an_address_may_have_so_many_sockets(state: SchemaState) -> None:
    app = GraphQLWebSocket(
        schema, state.context_of, state.credentials_of, max_sockets_per_address=2
    )
    async with AsyncExitStack() as open_:
        first, second, another = [
            await open_.enter_async_context(AsgiSocket(app, client=(address, 1)))
            for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2")
        ]
        async with AsgiSocket(app, client=("192.0.2.1", 2)) as third:
            assert third.accepted == "graphql-transport-ws"
            assert await third.closed() == TOO_MANY
        for socket in (first, second, another):
            await socket.init()
        await second.disconnect()
        async with AsgiSocket(app, client=("192.0.2.1", 3)) as fourth:
            await fourth.init()
    assert len(app) == 0


async def test_sockets_that_open_at_once_are_counted(state: SchemaState) -> None:
    app = GraphQLWebSocket(
        schema, state.context_of, state.credentials_of, max_sockets_per_address=2
    )
    sockets = [AsgiSocket(app) for _ in range(5)]
    async with AsyncExitStack() as open_:
        for socket in sockets:
            await open_.enter_async_context(socket)
        await settle()

        assert len(app) == 2


@pytest.mark.parametrize("client", [("127.0.0.1", 1), ("::1", 1), None])
async def test_this_machine_is_not_limited(
    state: SchemaState, client: tuple[str, int] | None
) -> None:
    app = GraphQLWebSocket(
        schema, state.context_of, state.credentials_of, max_sockets_per_address=2
    )
    async with AsyncExitStack() as open_:
        for _ in range(5):
            socket = await open_.enter_async_context(AsgiSocket(app, client=client))
            await socket.init()

        assert len(app) == 5
