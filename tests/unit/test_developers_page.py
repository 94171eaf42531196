"""The page for developers, and what of its links is served with it."""

import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from app import developers_page
from app.settings import Settings
from tests.support.http_client import client_of

ALWAYS = {
    *("/docs/api.md", "/possible-types.json", "/.well-known/jwks.json"),
    *("/.well-known/ticket-keys", "/healthz", "/readyz", "/metrics"),
}


def asking(keys_dir: Path, **switches: Any) -> httpx2.AsyncClient:
    settings = Settings(
        database_url="postgresql://nowhere/cinema",
        redis_url="redis://nowhere",
        kafka_bootstrap_servers="nowhere:9092",
        signing_keys_dir=keys_dir,
        **switches,
    )
    return client_of(Starlette(routes=developers_page.routes(settings)))


@pytest.mark.parametrize(
    ("switches", "more", "schema"),
    [
        ({}, {"/graphiql", "/schema.graphql"}, 200),
        ({"introspection": False}, {"/graphiql"}, 404),
        ({"explorer": False, "introspection": True}, {"/schema.graphql"}, 200),
        ({"explorer": False}, set(), 404),
    ],
)
async def test_it_leads_to_what_is_there(
    tmp_path: Path, switches: dict[str, bool], more: set[str], schema: int
) -> None:
    async with asking(tmp_path, **switches) as http:
        page = await http.get("/developers")
        file = await http.get("/schema.graphql")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert set(re.findall(r'href="(/[^"]*)"', page.text)) == ALWAYS | more
    assert file.status_code == schema


async def test_its_texts_are_those_of_the_repository(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    async with asking(tmp_path) as http:
        schema = await http.get("/schema.graphql")
        advice = await http.get("/docs/api.md")

    assert schema.headers["content-type"] == "text/plain; charset=utf-8"
    assert schema.text == (root / "schema" / "schema.graphql").read_text()
    assert advice.headers["content-type"] == "text/markdown; charset=utf-8"
    assert advice.text == (root / "docs" / "api.md").read_text()


async def test_it_runs_no_script_and_loads_nothing(tmp_path: Path) -> None:
    async with asking(tmp_path) as http:
        page = await http.get("/developers")

    assert "<script" not in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe-inline" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
