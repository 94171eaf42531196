from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.support.http_client import GQL, JSON, code, post
from tests.support.transport_schema import SchemaState
from transport.http_endpoint.negotiation import media_type_for


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (GQL, GQL),
        (f"{GQL}; charset=utf-8", GQL),
        (f"{JSON}, {GQL}", GQL),
        (f"{JSON};q=0.9, {GQL};q=0.5", JSON),
        (f"{JSON};q=0.5, {GQL};Q=0.9", GQL),
        (f"{GQL}, {JSON};q=0.9, */*;q=0.1", GQL),
        (f"{JSON};q=0, */*", GQL),
        (f"{GQL};q=0, */*", JSON),
        (f"{GQL};q=0.5, */*", JSON),
        ("text/html, */*;q=0.8", JSON),
        (f"{GQL};q=0", None),
        (f"{JSON};q=nonsense", None),
        (f"{JSON};q=nan", None),
        ("text/html", None),
        ("*/*;q=0", None),
        (";,;q", None),
    ],
)
def test_the_media_type_is_negotiated(accept: str, expected: str | None) -> None:
    assert media_type_for(accept) == expected


async def test_neither_media_type_is_not_acceptable(
    http: httpx2.AsyncClient, state: SchemaState
) -> None:
    response = await post(http, {"query": "mutation { touch }"}, accept="text/html")

    assert response.status_code == 406
    assert code(response) == "BAD_USER_INPUT"
    assert state.touched == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"1",
        b"null",
        b'"x"',
        b"true",
        b"[]",
        b'[{"query": "{ hello }"}]',
        b"{",
        b"\xff\xfe",
        b'{"query": "\xff"}',
        b'{"query": "{ hello }", "variables": {"a": "\\ud800"}}',
        b"[" * 100_000,
        b"[" * 900 + b"]" * 900,
        b'{"query": "{ hello }", "variables": {"a": ' + b"[" * 300 + b"]" * 300 + b"}}",
        b'{"query": "{ hello }", "variables": {"a": ' + b"9" * 5_000 + b"}}",
        b'{"query": "{ hello }", "variables": {"a": NaN}}',
        b'{"query": "{ hello }", "variables": {"a": -Infinity}}',
        b"{}",
        b'{"query": null}',
        b'{"query": 1}',
        b'{"query": " "}',
        b'{"query": "{ hello }", "variables": []}',
        b'{"query": "{ hello }", "variables": "{}"}',
        b'{"query": "{ hello }", "operationName": 1}',
        b'{"query": "{ hello }", "extensions": []}',
    ],
    ids=lambda body: body[:40].decode(errors="replace") + f" {len(body)}",
)
@pytest.mark.parametrize("accept", [GQL, JSON])
async def test_a_malformed_body_is_refused(
    http: httpx2.AsyncClient, body: bytes, accept: str
) -> None:
    response = await post(http, body, accept)

    assert response.status_code == 400
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"
    assert code(response) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/graphql",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "text/plain; application/json",
    ],
)
async def test_other_content_types_are_refused(
    http: httpx2.AsyncClient, state: SchemaState, content_type: str | None
) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    body = b'{"query": "mutation { touch }"}'
    response = await http.post("/graphql", content=body, headers=headers)

    assert response.status_code == 415
    assert code(response) == "BAD_USER_INPUT"
    assert state.touched == 0


@pytest.mark.parametrize(
    "content_type", ["Application/JSON", 'application/json ; charset="UTF-8"']
)
async def test_json_may_be_written_differently(
    http: httpx2.AsyncClient, content_type: str
) -> None:
    response = await http.post(
        "/graphql",
        content=b'{"query": "{ hello }"}',
        headers={"Content-Type": content_type},
    )

    assert response.json() == {"data": {"hello": "hello world"}}


async def test_a_body_is_counted_as_it_comes(http: httpx2.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * 65_536

    response = await http.post(
        "/graphql", content=endless(), headers={"Content-Type": JSON}
    )

    assert response.status_code == 413
    assert code(response) == "BAD_USER_INPUT"


async def test_a_url_is_limited(http: httpx2.AsyncClient) -> None:
    query = "{ hello }" + "+" * (8_192 - len("/graphql") - len("query={+hello+}"))
    allowed = await http.get(f"/graphql?query={query.replace(' ', '+')}")
    refused = await http.get(f"/graphql?query={query.replace(' ', '+')}+")

    assert allowed.json() == {"data": {"hello": "hello world"}}
    assert refused.status_code == 414
    assert refused.json()["errors"][0]["message"] == (
        "The URL has 8193 bytes, and 8192 are allowed: use POST."
    )


async def test_a_mutation_is_not_for_get(
    http: httpx2.AsyncClient, state: SchemaState
) -> None:
    response = await http.get("/graphql", params={"query": "mutation { touch }"})

    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert code(response) == "BAD_USER_INPUT"
    assert state.touched == 0


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods_are_refused(http: httpx2.AsyncClient, method: str) -> None:
    response = await http.request(method, "/graphql")

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    "query",
    [
        "mutation { " + "touch " * 2_000 + "}",
        "#\n" * 2_001 + "mutation { touch }",
        "mutation { touch" + "{ touch" * 900 + "}" * 901,
    ],
    ids=["fields", "comments", "depth"],
)
async def test_an_endless_document_is_not_parsed(
    http: httpx2.AsyncClient, state: SchemaState, query: str
) -> None:
    response = await post(http, {"query": query})

    assert response.status_code == 400
    assert code(response) == "BAD_USER_INPUT"
    assert state.touched == 0


@pytest.mark.parametrize(
    ("name", "lines", "status"),
    [
        ("Accept", ("text/html", GQL), 200),
        ("Accept", (GQL, "text/html"), 200),
        ("Content-Type", (JSON, "text/plain"), 415),
        ("Content-Type", ("text/plain", JSON), 415),
        ("Content-Encoding", ("identity", "gzip"), 415),
        ("Authorization", ("Bearer good", "Bearer bad"), 401),
        ("Authorization", ("Bearer bad", "Bearer good"), 401),
    ],
)
async def test_all_lines_of_a_header_count(
    http: httpx2.AsyncClient,
    state: SchemaState,
    name: str,
    lines: tuple[str, str],
    status: int,
) -> None:
    others = {"Content-Type": JSON, "Accept": GQL}
    others.pop(name, None)
    response = await http.post(
        "/graphql",
        content=b'{"query": "mutation { touch }"}',
        headers=[*others.items(), *((name, line) for line in lines)],
    )

    assert response.status_code == status
    assert state.touched == (status == 200)


async def test_languages_may_stand_in_several_lines(http: httpx2.AsyncClient) -> None:
    lines = [("Accept-Language", each) for each in ("de", "es;q=0.9")]
    response = await http.get("/graphql", params={"query": "{ me }"}, headers=lines)

    assert response.headers["content-language"] == "es"
    assert " de, es;q=0.9 " in response.json()["data"]["me"]
