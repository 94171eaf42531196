"""Bodies that are refused before they are read."""

import re

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from tests.support.http_client import code, post
from tests.support.transport_schema import SchemaState, schema
from tests.support.wire import answers_to
from transport.http_endpoint.view import GraphQLHttp
from transport.limits import MAX_BYTES

TOUCH = b'{"query": "mutation { touch }"}'
HEAD = (
    b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    b"content-length: %d\r\n"
)
EXPECTING = HEAD + b"expect: 100-continue\r\n\r\n"


@pytest.fixture
def server(state: SchemaState) -> Starlette:
    endpoint = GraphQLHttp(schema, state.context_of)
    return Starlette(routes=[Route("/graphql", endpoint)])


def statuses(written: bytes) -> list[str]:
    return [each.decode() for each in re.findall(rb"HTTP/1.1 (\d+)", written)]


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "identity, gzip", "x"])
async def test_a_compressed_body_is_refused(
    http: httpx2.AsyncClient, state: SchemaState, encoding: str
) -> None:
    response = await post(http, TOUCH, **{"Content-Encoding": encoding})

    assert response.status_code == 415
    assert response.headers["accept-encoding"] == "identity"
    assert code(response) == "BAD_USER_INPUT"
    assert state.touched == 0


@pytest.mark.parametrize("encoding", ["", "identity", "Identity "])
async def test_a_body_as_it_is_may_say_so(
    http: httpx2.AsyncClient, encoding: str
) -> None:
    response = await post(http, TOUCH, **{"Content-Encoding": encoding})

    assert response.json() == {"data": {"touch": 1}}


async def test_who_asks_first_is_told_to_go_on(server: Starlette) -> None:
    written = await answers_to(server, [EXPECTING % len(TOUCH), TOUCH])

    assert statuses(written) == ["100", "200"]


@pytest.mark.parametrize("length", [MAX_BYTES + 1, 10**15])
async def test_who_asks_first_is_not_told_to_send_too_much(
    server: Starlette, length: int
) -> None:
    """And its connection ends: where its next request begins nobody could say."""
    written = await answers_to(server, [EXPECTING % length])

    assert statuses(written) == ["413"]
    assert b"\r\nconnection: close\r\n" in written


@pytest.mark.parametrize(
    "header",
    [b"content-encoding: gzip", b"content-type: text/plain", b"accept: text/html"],
)
async def test_who_asks_first_hears_of_other_refusals_too(
    server: Starlette, header: bytes
) -> None:
    head = (EXPECTING % 31).replace(b"content-type: application/json", header)

    written = await answers_to(server, [head])

    assert statuses(written) in (["415"], ["406"])


async def test_who_does_not_ask_may_go_on_after_a_refusal(server: Starlette) -> None:
    length = MAX_BYTES + 1
    first = HEAD % length + b"\r\n" + b" " * length
    second = HEAD % len(TOUCH) + b"\r\n" + TOUCH

    assert statuses(await answers_to(server, [first, second])) == ["413", "200"]
