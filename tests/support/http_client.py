"""A client of GraphQL over HTTP, for an application in this process or a server."""

import json
from collections.abc import Mapping
from typing import Any

import httpx2

GQL = "application/graphql-response+json"
JSON = "application/json"


def client_of(app: Any, address: str = "127.0.0.1") -> httpx2.AsyncClient:
    """For an application in this process; `address` is the client's."""
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(
            app, raise_app_exceptions=False, client=(address, 4711)
        ),
        base_url="http://test",
        timeout=60,
    )


async def post(
    http: httpx2.AsyncClient,
    body: object,
    accept: str = GQL,
    *,
    url: str = "/graphql",
    **headers: str,
) -> httpx2.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await http.post(
        url,
        content=content,
        headers={"Content-Type": JSON, "Accept": accept, **headers},
    )


async def ask(
    http: httpx2.AsyncClient,
    document: str,
    variables: Mapping[str, Any] | None = None,
    *,
    token: str = "",
    url: str = "/graphql",
    **headers: str,
) -> httpx2.Response:
    """Runs a document with an access token, or anonymously."""
    if token:
        headers["authorization"] = f"Bearer {token}"
    body = {"query": document, "variables": variables or {}}
    return await post(http, body, url=url, **headers)


def code(response: httpx2.Response) -> str:
    answer = response.json()
    assert "data" not in answer
    [error] = answer["errors"]
    return str(error["extensions"]["code"])
