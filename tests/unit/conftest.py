"""A small schema behind each transport; its resolvers use a SchemaState."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from tests.support.http_client import client_of
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLHttp, GraphQLWebSocket
from transport.shares.read_shares import ReadShares


@pytest.fixture
def state() -> SchemaState:
    return SchemaState()


@pytest.fixture
def app(state: SchemaState) -> GraphQLWebSocket:
    reads = ReadShares()
    return GraphQLWebSocket(schema, state.context_of, state.credentials_of, reads)


@pytest.fixture
async def http(state: SchemaState) -> AsyncIterator[httpx2.AsyncClient]:
    app = Starlette(routes=[Route("/graphql", GraphQLHttp(schema, state.context_of))])
    async with client_of(app) as client:
        yield client
