"""The small schema of the stage, behind each of the transports."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from tests.support.http_client import client_of
from tests.support.stage import Stage, schema
from transport import GraphQLHttp, GraphQLWebSocket


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def app(stage: Stage) -> GraphQLWebSocket:
    return GraphQLWebSocket(schema, stage.context_of, stage.credentials_of)


@pytest.fixture
async def http(stage: Stage) -> AsyncIterator[httpx2.AsyncClient]:
    app = Starlette(routes=[Route("/graphql", GraphQLHttp(schema, stage.context_of))])
    async with client_of(app) as client:
        yield client
