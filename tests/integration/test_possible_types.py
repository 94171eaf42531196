"""Caches that match fragments by types fill `... on Problem` of every refusal."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from app import developers_page
from tests.support.asgi_server import serving
from tests.support.node_program import node_program

DOCUMENT = """mutation ($input: ReserveSeatsInput!) {
  reserveSeats(input: $input) {
    __typename
    ... on Reservation { id }
    ... on SeatsUnavailable { message }
    ... on Problem { code message }
  }
}"""
VARIABLES = json.dumps({"input": {"sessionId": "1", "seatIds": ["2"]}})


def refusal(name: str) -> dict[str, Any]:
    return {"__typename": name, "code": name.upper(), "message": "No."}


@pytest.fixture
async def address(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """Refuses everything, in this way."""

    async def refuse(_request: Request) -> JSONResponse:
        return JSONResponse({"data": {"reserveSeats": refusal(request.param)}})

    routes = [
        Route("/graphql", refuse, methods=["POST"]),
        Route("/possible-types.json", developers_page.possible_types),
    ]
    async with serving(Starlette(routes=routes)) as address:
        yield address


async def answer(client: str, address: str) -> dict[str, Any]:
    async with node_program(
        "refusals.mjs", client, address, DOCUMENT, VARIABLES
    ) as program:
        answered: dict[str, dict[str, Any]] = await program.until("answer")
        return answered["reserveSeats"]


@pytest.mark.parametrize("client", ["apollo", "urql"])
@pytest.mark.parametrize("address", ["TooManySeats", "SeatsUnavailable"], indirect=True)
async def test_a_refusal_is_whole(client: str, address: str) -> None:
    refused = await answer(client, address)

    assert refused == refusal(refused["__typename"])


@pytest.mark.parametrize("address", ["AddedLater"], indirect=True)
async def test_apollo_fills_one_that_is_added_later(address: str) -> None:
    assert await answer("apollo", address) == refusal("AddedLater")


@pytest.mark.parametrize("address", ["AddedLater"], indirect=True)
async def test_urql_names_one_that_is_added_later(address: str) -> None:
    """Until the page fetches the types again."""
    refused = await answer("urql", address)

    assert refused["__typename"] == "AddedLater"


@pytest.mark.parametrize("client", ["ignorant apollo", "ignorant urql"])
@pytest.mark.parametrize("address", ["TooManySeats"], indirect=True)
async def test_without_the_types_it_is_empty(client: str, address: str) -> None:
    assert await answer(client, address) == {"__typename": "TooManySeats"}
