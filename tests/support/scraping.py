"""The whole API inside the test's own process, and what /metrics says of it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from app.asgi import application
from app.settings import Settings
from auth.signing_keys import KeyRing
from auth.tokens import TokenIssuer
from domain.people import Role, Viewer

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


@dataclass(frozen=True)
class Served:
    app: Starlette
    keys: Path


@asynccontextmanager
async def api_of(settings: Settings) -> AsyncIterator[Served]:
    app = application(settings)
    async with app.router.lifespan_context(app):
        yield Served(app, settings.signing_keys_dir)


def client_at(api: Served, address: str = "127.0.0.1") -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(api.app, client=(address, 4711)),
        base_url="http://test",
        timeout=60,
    )


def figures_in(text: str) -> Figures:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def figure(figures: Figures, name: str, **labels: str) -> float | None:
    return figures.get((name, frozenset(labels.items())))


async def scrape(api: Served) -> Figures:
    async with client_at(api) as http:
        response = await http.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    return figures_in(response.text)


async def ask(api: Served, who: UUID, query: str, **variables: Any) -> Any:
    issuer = TokenIssuer(KeyRing(api.keys))
    token = issuer.issue(Viewer(who, Role.CUSTOMER)).text
    async with client_at(api) as http:
        response = await http.post(
            "/graphql",
            content=json.dumps({"query": query, "variables": variables}),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {token}",
            },
        )
    return response.json()
