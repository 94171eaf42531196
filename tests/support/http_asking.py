"""Asking the stage over HTTP."""

import json
from typing import Any

import httpx2

GQL = "application/graphql-response+json"
JSON = "application/json"


def client_of(app: Any) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app, raise_app_exceptions=False),
        base_url="http://test",
    )


async def post(
    http: httpx2.AsyncClient, body: object, accept: str = GQL, **headers: str
) -> httpx2.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await http.post(
        "/graphql",
        content=content,
        headers={"Content-Type": JSON, "Accept": accept, **headers},
    )


def code(response: httpx2.Response) -> str:
    answer = response.json()
    assert "data" not in answer
    [error] = answer["errors"]
    return str(error["extensions"]["code"])
