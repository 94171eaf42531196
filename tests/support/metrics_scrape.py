"""An API in the test's process and the figures of its /metrics."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from prometheus_client.parser import text_string_to_metric_families
from starlette.types import ASGIApp

from app.asgi import application
from app.settings import Settings
from auth.signing_keys import KeyRing
from auth.tokens import TokenIssuer
from domain.people import Role, Viewer
from tests.support import http_client
from tests.support.asgi_server import started
from tests.support.http_client import client_of

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


@dataclass(frozen=True)
class Served:
    app: ASGIApp
    keys: Path


@asynccontextmanager
async def api_of(settings: Settings) -> AsyncIterator[Served]:
    async with started(application(settings)) as app:
        yield Served(app, settings.signing_keys_dir)


def figures_in(text: str) -> Figures:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def figure(figures: Figures, name: str, **labels: str) -> float | None:
    return figures.get((name, frozenset(labels.items())))


async def scrape(api: Served) -> Figures:
    async with client_of(api.app) as http:
        response = await http.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    return figures_in(response.text)


async def ask(api: Served, who: UUID, query: str, **variables: Any) -> Any:
    token = TokenIssuer(KeyRing(api.keys)).issue(Viewer(who, Role.CUSTOMER)).text
    async with client_of(api.app) as http:
        response = await http_client.ask(http, query, variables, token=token)
    return response.json()
