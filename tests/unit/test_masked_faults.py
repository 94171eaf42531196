"""A bug is masked: clients see its request id and nothing else."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import strawberry

from tests.support.asgi_socket import AsgiSocket
from tests.support.engine import PLANS
from tests.support.http_client import client_of, post
from tests.support.transport_schema import SchemaState
from transport import GraphQLHttp, GraphQLWebSocket
from transport.plans.schema import PlannedSchema


@strawberry.type
class Seat:
    number: int

    @strawberry.field
    async def price(self) -> int | None:
        raise RuntimeError("secret")

    @strawberry.field
    def neighbours(self) -> list["Seat"]:
        return [Seat(number=self.number - 1), Seat(number=self.number + 1)]


@strawberry.type
class Query:
    @strawberry.field
    def seats(self) -> list[Seat]:
        return [Seat(number=1), Seat(number=2)]

    @strawberry.field
    def iterated(self) -> list[Seat]:
        def seats() -> Any:
            yield Seat(number=1)
            raise RuntimeError("secret")

        return seats()  # type: ignore[no-any-return]


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def at_once(self) -> AsyncGenerator[int, None]:
        raise RuntimeError("secret")
        yield 1

    @strawberry.subscription
    async def value_error(self) -> AsyncGenerator[int, None]:
        yield 1
        int("secret")

    @strawberry.subscription
    async def later(self) -> AsyncGenerator[int, None]:
        yield 1
        raise RuntimeError("secret")

    @strawberry.subscription
    async def inside(self) -> AsyncGenerator[Seat, None]:
        yield Seat(number=1)

    @strawberry.subscription
    async def seat_map(self, session_id: str) -> AsyncGenerator[Seat, None]:
        if session_id == "broken":
            raise RuntimeError("secret")
        yield Seat(number=1)


schema = PlannedSchema(Query, None, Subscription, plans=PLANS)


def errors_of(result: Any, log: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Errors of a result: each is masked, and logged with its request id."""
    assert "secret" not in json.dumps(result)
    assert "secret" in log.text
    logged = {record.__dict__.get("request_id") for record in log.records}
    errors: list[dict[str, Any]] = (
        result if isinstance(result, list) else result["errors"]
    )
    for error in errors:
        assert error["extensions"]["code"] == "INTERNAL"
        assert error["extensions"].keys() == {"code", "requestId"}
        assert error["extensions"]["requestId"] in logged
    return errors


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ("{ seats { price } }", [["seats", 0, "price"], ["seats", 1, "price"]]),
        (
            "{ seats { neighbours { price } } }",
            [["seats", i, "neighbours", j, "price"] for i in (0, 1) for j in (0, 1)],
        ),
        ("{ iterated { number } }", [["iterated"]]),
    ],
)
async def test_over_http(
    state: SchemaState,
    caplog: pytest.LogCaptureFixture,
    query: str,
    paths: list[list[str | int]],
) -> None:
    async with client_of(GraphQLHttp(schema, state.context_of)) as http:
        response = await post(http, {"query": query}, **{"X-Request-Id": "r1"})

    errors = errors_of(response.json(), caplog)
    assert [error["path"] for error in errors] == paths
    assert {error["extensions"]["requestId"] for error in errors} == {"r1"}
    assert "data" in response.json()


@pytest.mark.parametrize(
    ("query", "frames"),
    [
        ("{ seats { price } }", ["next", "complete"]),
        ("subscription { atOnce }", ["error"]),
        ("subscription { later }", ["next", "error"]),
        ("subscription { valueError }", ["next", "error"]),
        ("subscription { inside { price } }", ["next", "complete"]),
        ('subscription { seatMap(sessionId: "broken") { number } }', ["error"]),
        ('subscription { seatMap(sessionId: "1") { price } }', ["next", "complete"]),
    ],
)
async def test_over_a_socket(
    state: SchemaState, caplog: pytest.LogCaptureFixture, query: str, frames: list[str]
) -> None:
    app = GraphQLWebSocket(schema, state.context_of, state.credentials_of)
    async with AsgiSocket(app) as socket:
        await socket.init()
        socket.subscribe("1", query)
        result = [await socket.receive() for _ in frames]

    assert [frame["type"] for frame in result] == frames
    [errors] = [
        payload if frame["type"] == "error" else payload["errors"]
        for frame in result
        if (payload := frame.get("payload"))
        and (frame["type"] == "error" or "errors" in payload)
    ]
    assert errors_of(errors, caplog)
