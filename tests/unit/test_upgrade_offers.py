"""An offer to upgrade that we do not take leaves its request whole (RFC 9110, 7.8)."""

import re
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from tests.support.wire import answers_to

# What somebody behind a proxy would like to be taken for a request.
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n"
OFFERS = [
    b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AA\r\n",
    b"connection: upgrade\r\nupgrade: TLS/1.0\r\n",
    b"connection: upgrade\r\nupgrade: h2c, websocket\r\n",
    b"connection: close, upgrade\r\nupgrade: h2c\r\n",
    b"upgrade: h2c\r\nupgrade: websocket\r\nconnection: x\r\nconnection: Upgrade\r\n",
]
LENGTH = b"content-length: %d\r\n\r\n%b" % (len(SMUGGLED), SMUGGLED)
CHUNKED = b"transfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (
    len(SMUGGLED),
    SMUGGLED,
)
HANDSHAKE = (
    b"GET /socket HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\n"
    b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n"
)
HELLO = b"\x81\x85\0\0\0\0hello"  # a frame, masked


async def echo(request: Request) -> JSONResponse:
    body = (await request.body()).decode()
    return JSONResponse([request.url.path, body, sorted(request.headers)])


async def first_frame(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close(4000, await websocket.receive_text())


APP = Starlette(
    routes=[
        WebSocketRoute("/socket", first_frame),
        Route("/{path:path}", echo, methods=["GET", "POST"]),
    ]
)


def cut(request: bytes) -> Iterator[list[bytes]]:
    """In one packet, in two at every place, and each byte alone."""
    yield [request]
    for place in range(1, len(request)):
        yield [request[:place], request[place:]]
    yield [request[n : n + 1] for n in range(len(request))]


def statuses(written: bytes) -> list[bytes]:
    return re.findall(rb"HTTP/1.1 (\d+)", written)


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize("body", [LENGTH, CHUNKED], ids=["length", "chunked"])
async def test_a_body_stays_a_body(offer: bytes, body: bytes) -> None:
    request = b"POST /asked HTTP/1.1\r\nhost: x\r\n" + offer + body

    for pieces in cut(request):
        written = await answers_to(APP, pieces)

        assert statuses(written) == [b"200"], pieces
        assert b'["/asked","GET /smuggled HTTP/1.1' in written


@pytest.mark.parametrize("offer", [each for each in OFFERS if b"close" not in each])
async def test_the_next_request_is_the_next_one(offer: bytes) -> None:
    """In one packet, without bodies and with them."""
    get = b"GET /%d HTTP/1.1\r\nhost: x\r\n" + offer + b"\r\n"
    post = b"POST /%d HTTP/1.1\r\nhost: x\r\n" + offer + LENGTH.replace(b"%", b"%%")

    written = await answers_to(APP, [get % 1 + post % 2 + get % 3 + post % 4 + get % 5])

    assert re.findall(rb'\["/(\d)","(GET)?', written) == [
        (b"1", b""),
        (b"2", b"GET"),
        (b"3", b""),
        (b"4", b"GET"),
        (b"5", b""),
    ]


async def test_many_offers_in_a_packet_are_no_trouble() -> None:
    request = b"GET /1 HTTP/1.1\r\nhost: x\r\n" + OFFERS[0] + b"\r\n"

    written = await answers_to(APP, [request * 2_000])

    assert statuses(written) == [b"200"] * 2_000


async def test_an_older_request_is_not_upgraded() -> None:
    """RFC 9110, 7.8: an Upgrade of HTTP/1.0 is ignored."""
    written = await answers_to(
        APP, [HANDSHAKE.replace(b"1.1", b"1.0") + b"connection: upgrade\r\n\r\n"]
    )

    assert statuses(written) == [b"200"]


@pytest.mark.parametrize(
    "connection",
    [
        b"connection: keep-alive, Upgrade\r\n",
        b"connection: keep-alive\r\nconnection: Upgrade\r\n",
        b"connection: Upgrade\r\nconnection: keep-alive\r\n",
    ],
)
async def test_a_handshake_may_have_several_lines(connection: bytes) -> None:
    for pieces in cut(HANDSHAKE + connection + b"\r\n" + HELLO):
        written = await answers_to(APP, pieces)

        assert statuses(written) == [b"101"]
        assert written.endswith(b"\x0f\xa0hello")


async def test_trailers_are_no_headers() -> None:
    """They come after a proxy has looked at the headers."""
    head = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"

    written = await answers_to(
        APP, [head + b"0\r\nx-forwarded-for: 203.0.113.7\r\n\r\n"]
    )

    assert statuses(written) == [b"200"]
    assert b"x-forwarded-for" not in written
