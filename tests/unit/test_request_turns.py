"""The requests of a crowd are read in turns, those for another seat before it."""

from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from runtime import turns as module
from runtime.turns import Turns
from tests.support.polling import eventually
from tests.support.wire import RecordedTransport
from transport.limits import MAX_BYTES
from transport.server.http_limits import BoundedHttp
from transport.server.request_lines import TURNS, lines_of

SEAT = "0190f5b2-0000-7000-8000-00000000000a"
OTHER_SEAT = "0190f5b2-0000-7000-8000-00000000000b"


def hold(seat: str, token: str = "") -> bytes:
    body = f'{{"variables":{{"input":{{"seatIds":["{seat}"]}}}}}}'
    return (
        f"POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


class Server:
    """Its turns are so short that one request begins in each."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self._config = uvicorn.Config(
            self._answer, ws="none", interface="asgi3", log_config=None
        )
        self._config.load()
        self.state = ServerState()
        self.turns = Turns()
        self.transports: list[RecordedTransport] = []

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = (await Request(scope, receive).body()).decode()
        self.order.append(SEAT if SEAT in body else OTHER_SEAT)
        await PlainTextResponse(body)(scope, receive, send)

    def connect(self) -> BoundedHttp:
        connection = BoundedHttp(self._config, self.state, {TURNS: self.turns})
        transport = RecordedTransport()
        transport.set_protocol(connection)
        self.transports.append(transport)
        connection.connection_made(transport)
        return connection

    async def answered(self, requests: int) -> None:
        async def are_answered() -> bool:
            return len(self.order) == requests and not self.state.tasks

        await eventually(are_answered)


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    monkeypatch.setattr(module, "ROUND_SECONDS", 0.0)
    server = Server()
    yield server
    for connection in list(server.state.connections):
        connection.connection_lost(None)


async def test_a_hold_of_another_seat_overtakes_a_storm(server: Server) -> None:
    for number in range(100):
        server.connect().data_received(hold(SEAT, f"{number}"))
    server.connect().data_received(hold(OTHER_SEAT, "bystander"))
    await server.answered(101)

    assert server.order.index(OTHER_SEAT) <= 2


async def test_a_request_in_pieces_stays_whole(server: Server) -> None:
    server.connect().data_received(hold(SEAT))
    connection, request = server.connect(), hold(OTHER_SEAT)
    for start in range(0, len(request), 20):
        connection.data_received(request[start : start + 20])
    await server.answered(2)

    assert server.order == [SEAT, OTHER_SEAT]


async def test_what_waits_is_bounded(server: Server) -> None:
    """No more is read of a client that goes on sending, and it keeps its place."""
    for _ in range(10):
        server.connect().data_received(hold(SEAT))
    connection = server.connect()
    connection.data_received(hold(SEAT)[:-1])
    body = b"x" * MAX_BYTES
    connection.data_received(
        b"}POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b"
        % (len(body), body)
    )

    assert server.transports[-1].is_paused
    assert connection.cycle is None
    await server.answered(12)
    assert not server.transports[-1].is_paused


async def test_who_has_gone_is_not_read(server: Server) -> None:
    server.connect().data_received(hold(SEAT))
    connection = server.connect()
    connection.data_received(hold(OTHER_SEAT))
    connection.transport.close()
    server.connect().data_received(hold(SEAT))
    await server.answered(2)

    assert server.order == [SEAT, SEAT]


async def test_a_server_that_stops_reads_what_it_has_received(server: Server) -> None:
    server.connect().data_received(hold(SEAT))
    connection = server.connect()
    connection.data_received(hold(OTHER_SEAT))
    connection.shutdown()
    await server.answered(2)

    assert sorted(server.order) == [SEAT, OTHER_SEAT]


@pytest.mark.parametrize(
    "text",
    [
        f'{{"seatIds":["{SEAT}","{OTHER_SEAT}"]}}',
        f'{{"seatIds": [ "{SEAT}" ]}}',
        f'{{"query": "mutation {{ r(input: {{seatIds: [\\"{SEAT}\\"]}}) }}"}}',
        f'{{"query": "m($seatIds: [ID!]!)", "variables": {{"seatIds": "{SEAT}"}}}}',
    ],
    ids=["compact", "spaced", "literal", "named"],
)
def test_the_first_seat_is_found(text: str) -> None:
    request = f"POST /graphql HTTP/1.1\r\nX: y\r\n\r\n{text}"
    assert lines_of(request.encode()) == [SEAT.encode()]


@pytest.mark.parametrize("start", ["GET /healthz", "POST /other"])
def test_only_a_call_of_graphql_waits_for_a_seat(start: str) -> None:
    lines = lines_of(hold(SEAT).replace(b"POST /graphql", start.encode()))

    assert len(lines) == 1  # its token
    assert SEAT.encode() not in lines


def test_a_seat_in_the_head_is_no_line() -> None:
    head = f'POST /graphql HTTP/1.1\r\nX: seatIds["{SEAT}"]\r\n\r\n'
    assert lines_of(head.encode()) == []


def test_a_line_is_small_whatever_is_sent() -> None:
    endless = b"POST /graphql HTTP/1.1\r\nAuthorization: " + b"x" * 100_000
    assert lines_of(endless) == []


@pytest.mark.parametrize("text", ["", "seatIds", '{"seatIds": []}', "seatId"])
def test_there_may_be_no_seat(text: str) -> None:
    assert lines_of(text.encode()) == []


def test_a_token_is_a_line() -> None:
    mine, yours = (lines_of(hold(SEAT, token)) for token in ("mine", "yours"))

    assert mine[1] == yours[1]
    assert mine[0] != yours[0]
