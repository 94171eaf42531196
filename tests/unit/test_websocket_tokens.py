"""A socket does not outlive the token that it was opened with."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.asgi_socket import AsgiSocket, settle
from tests.support.frames import next_of
from tests.support.transport_schema import SchemaState
from transport import GraphQLWebSocket

EXPIRED = (4403, "The token has expired")


def let_it_expire(app: GraphQLWebSocket) -> None:
    """Does what the timer does at the moment of expiry."""
    [socket] = app._sockets
    assert socket._expiry is not None
    socket._expiry._run()


async def test_it_is_closed_when_the_token_expires(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    state.expires_at = datetime.now(UTC) + timedelta(milliseconds=1)

    async with AsgiSocket(app) as socket:
        await socket.init(authorization="Bearer good")
        assert await socket.closed() == EXPIRED
    assert len(app) == 0


async def test_the_timer_is_set_to_that_moment(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    loop = asyncio.get_running_loop()
    state.expires_at = datetime.now(UTC) + timedelta(minutes=15)
    before = loop.time()

    async with AsgiSocket(app) as socket:
        await socket.init(authorization="Bearer good")
        [open_] = app._sockets
        assert open_._expiry is not None
        assert open_._expiry.when() <= loop.time() + 15 * 60
        assert open_._expiry.when() > before + 14 * 60
    assert open_._expiry.cancelled()


async def test_it_is_closed_while_it_is_busy(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    state.workable.clear()
    async with AsgiSocket(app) as socket:
        await socket.init(authorization="Bearer good")
        socket.subscribe("mine", "subscription { mine }")
        assert await socket.receive() == next_of("mine", mine="ann")
        socket.subscribe("n", "subscription { numbers(upto: 100000) }")
        socket.subscribe("w", "mutation { work }")
        await settle()
        assert state.begun == 1
        let_it_expire(app)

        # A frame that was being sent may come first, but nothing new.
        socket.subscribe("late", "mutation { touch }")
        while (message := await socket._next())["type"] == "websocket.send":
            pass
        state.workable.set()
    assert (message["code"], message["reason"]) == EXPIRED
    assert (state.touched, state.cut) == (1, 0)


async def test_it_is_closed_although_its_reader_does_not_read(
    app: GraphQLWebSocket,
) -> None:
    async with AsgiSocket(app) as socket:
        await socket.init(authorization="Bearer good")
        socket.stop_reading()
        socket.subscribe("n", "subscription { numbers(upto: 100000) }")
        await settle()
        let_it_expire(app)
        await settle()
        socket.subscribe("late", "mutation { touch }")
        socket.read_again()

        assert await socket.closed() == EXPIRED


async def test_a_socket_without_a_token_does_not_expire(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    state.expires_at = datetime.now(UTC)

    async with AsgiSocket(app) as socket:
        await socket.init()
        [open_] = app._sockets
        assert open_._expiry is None
        socket.subscribe("mine", "subscription { mine }")
        assert await socket.receive() == next_of("mine", mine="None")


@pytest.mark.parametrize(
    ("payload", "locale"),
    [
        ({}, "es, en;q=0.5"),
        ({"locale": "pt-BR"}, "pt-BR"),
        ({"locale": ""}, "es, en;q=0.5"),
    ],
)
async def test_the_language_is_the_payloads_or_else_the_handshakes(
    app: GraphQLWebSocket, payload: dict[str, str], locale: str
) -> None:
    async with AsgiSocket(app, accept_language="es, en;q=0.5") as socket:
        await socket.init(**payload)
        socket.subscribe("q", "{ locale }")
        assert await socket.receive() == next_of("q", locale=locale)


async def test_a_shared_seat_map_has_no_viewer_and_no_language(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(app, accept_language="es") as socket:
        await socket.init(authorization="Bearer good", locale="pt-BR")
        socket.subscribe("1", 'subscription { seatMap(sessionId: "1") { position } }')
        assert await socket.receive() == next_of("1", seatMap={"position": 0})

    assert state.watched_as == [(None, None)]
