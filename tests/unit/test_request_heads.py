"""A request that another server might understand otherwise is refused."""

import re

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.support.wire import answers_to
from transport.limits import MAX_HEAD_BYTES


async def answer(_request: object) -> PlainTextResponse:
    return PlainTextResponse("read")


APP = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])


async def statuses(*pieces: bytes) -> list[str]:
    written = await answers_to(APP, pieces)
    return [each.decode() for each in re.findall(rb"HTTP/1.1 (\d+)", written)]


@pytest.mark.parametrize(
    "host",
    [
        b"host: x\r\n",
        b"HOST: api.example:3333\r\n",
        b"host: [::1]:3333\r\n",
        b"host: 192.0.2.1:80\r\n",
        b"host: \r\n",
        b"host: caf%C3%A9.example\r\n",
    ],
)
async def test_one_host_is_needed(host: bytes) -> None:
    assert await statuses(b"GET / HTTP/1.1\r\n" + host + b"\r\n") == ["200"]


@pytest.mark.parametrize(
    "hosts",
    [
        b"",
        b"x-host: x\r\n",
        b"host: x\r\nhost: x\r\n",
        b"host: x\r\nHost: y\r\n",
        b"host: x y\r\n",
        b"host: x, y\r\nhost:\r\n",
        b"host: http://x/\r\n",
        b"host: x@y\r\n",
        b"host: x/y\r\n",
        b"host: x:port\r\n",
        b"host: caf\xc3\xa9\r\n",
    ],
)
async def test_none_or_several_or_another_thing_is_refused(hosts: bytes) -> None:
    """RFC 9112, 3.2; and nothing that follows is answered."""
    request = b"GET / HTTP/1.1\r\n" + hosts + b"\r\n"

    assert await statuses(request + request) == ["400"]
    assert await statuses(request, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n") == ["400"]


async def test_an_old_request_needs_no_host() -> None:
    assert await statuses(b"GET / HTTP/1.0\r\n\r\n") == ["200"]
    assert await statuses(b"GET / HTTP/1.0\r\nhost: x\r\nhost: y\r\n\r\n") == ["400"]


@pytest.mark.parametrize("version", [b"", b" HTTP/0.9", b" HTTP/2.0"])
async def test_other_versions_are_refused(version: bytes) -> None:
    """Of them nobody knows where a request ends, or whose it is."""
    request = b"GET /" + version + b"\r\nhost: x\r\n\r\n"

    assert await statuses(request + request) == ["505"]


async def test_an_old_request_has_no_chunks() -> None:
    """RFC 9112, 6.1: an older proxy may have taken them for the next request."""
    head = b"POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n"

    assert await statuses(head + b"0\r\n\r\n") == ["400"]


@pytest.mark.parametrize(
    "too_much",
    [
        b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"y" * 130_000 + b"\r\n\r\n",
        b"GET /" + b"y" * MAX_HEAD_BYTES + b" HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\n" + b"x: y\r\n" * 20_000 + b"\r\n",
    ],
    ids=["header", "url", "headers"],
)
async def test_a_long_head_is_refused(too_much: bytes) -> None:
    assert await statuses(too_much) == ["400"]
    slices = [too_much[n : n + 1_000] for n in range(0, len(too_much), 1_000)]
    assert await statuses(*slices) == ["400"]


async def test_a_head_may_be_as_long_as_the_documentation_says() -> None:
    head = b"GET / HTTP/1.1\r\nhost: x\r\nx: %b\r\n\r\n"

    assert await statuses(head % (b"y" * (MAX_HEAD_BYTES - 100))) == ["200"]


@pytest.mark.parametrize(
    "codings",
    [
        b"transfer-encoding: gzip, chunked\r\n",
        b"transfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n",
    ],
)
async def test_other_transfer_codings_are_refused(codings: bytes) -> None:
    head = b"POST / HTTP/1.1\r\nhost: x\r\n" + codings

    assert await statuses(head + b"\r\n0\r\n\r\n") == ["501"]


async def test_other_protocols_are_refused() -> None:
    assert await statuses(b"CONNECT x:1 HTTP/1.1\r\nhost: x:1\r\n\r\n") == ["501"]
    assert await statuses(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == ["400"]


async def test_a_refusal_is_plain_text_and_is_not_stored() -> None:
    written = await answers_to(APP, [b"GET / HTTP/1.1\r\n\r\n"])

    head, _, body = written.partition(b"\r\n\r\n")
    assert body == b"A request needs exactly one Host header."
    assert set(head.split(b"\r\n")[1:]) >= {
        b"content-type: text/plain; charset=utf-8",
        b"content-length: 40",
        b"x-content-type-options: nosniff",
        b"cache-control: no-store",
        b"connection: close",
    }
