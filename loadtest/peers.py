"""Servers that the API is compared with, on the same machine and by the same load.

`plain` is the least that Starlette can do: read JSON, write JSON. `stock` is Strawberry
as its documentation sets it up, with the caches of documents that it brings. Both
answer the no-op of the load test, and know neither tokens nor limits.
"""

import sys
from collections.abc import Callable
from typing import Annotated

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache


@strawberry.interface
class Problem:
    code: str
    message: str


@strawberry.type
class NotFound(Problem):
    pass


@strawberry.type
class Reservation:
    id: strawberry.ID


Result = Annotated[Reservation | NotFound, strawberry.union("CancelReservationResult")]


@strawberry.input
class CancelReservationInput:
    reservation_id: strawberry.ID


@strawberry.type
class Query:
    @strawberry.field
    def version(self) -> str:
        return "stock"


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def cancel_reservation(self, input: CancelReservationInput) -> Result:
        return NotFound(code="NOT_FOUND", message=input.reservation_id)


def _plain() -> ASGIApp:
    async def answer(request: Request) -> JSONResponse:
        await request.json()
        return JSONResponse({"data": {"cancelReservation": {"__typename": "NotFound"}}})

    return Starlette(routes=[Route("/graphql", answer, methods=["POST"])])


def _stock() -> ASGIApp:
    schema = strawberry.Schema(
        Query, Mutation, extensions=[ParserCache, ValidationCache]
    )
    return Starlette(routes=[Route("/graphql", GraphQL(schema))])


PEERS: dict[str, Callable[[], ASGIApp]] = {"plain": _plain, "stock": _stock}


def main(name: str, port: str) -> None:
    """Serves until it is stopped, with the loop and the parser that the API has."""
    uvicorn.run(
        PEERS[name](),
        port=int(port),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
