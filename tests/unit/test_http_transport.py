import json
from typing import Any

import httpx2
import pytest

from tests.support.http_client import GQL, JSON, client_of, code, post
from tests.support.transport_schema import FakeContext, Query, SchemaState, schema
from transport import GraphQLHttp
from transport.plans.schema import PlannedSchema


async def test_a_query_is_answered(http: httpx2.AsyncClient) -> None:
    response = await post(
        http,
        {
            "query": "query A { broken } query B($n: String!) { hello(name: $n) }",
            "variables": {"n": "ann"},
            "operationName": "B",
        },
    )

    assert response.status_code == 200
    assert response.headers["content-type"] == f"{GQL}; charset=utf-8"
    assert response.json() == {"data": {"hello": "hello ann"}}


async def test_a_query_is_answered_by_get(http: httpx2.AsyncClient) -> None:
    response = await http.get(
        "/graphql",
        params={
            "query": "query($n: String!) { hello(name: $n) }",
            "variables": '{"n": "ann"}',
            "operationName": "",
        },
    )

    assert response.status_code == 200
    assert response.headers["content-type"] == f"{JSON}; charset=utf-8"
    assert response.json() == {"data": {"hello": "hello ann"}}


@pytest.mark.parametrize(
    "request_",
    [
        {"query": "{"},
        {"query": "{ nothing }"},
        {"query": "query($n: String!) { hello(name: $n) }"},
        {
            "query": "query($n: String!) { hello(name: $n) }",
            "variables": {"n": 99999999999999999999},
        },
    ],
    ids=lambda request_: request_["query"][:40],
)
async def test_what_could_not_be_executed_has_no_data(
    http: httpx2.AsyncClient, request_: object
) -> None:
    body = json.dumps(request_).encode()
    modern, older = await post(http, body, GQL), await post(http, body, JSON)

    assert modern.status_code == 400
    # application/json promises 200 to every well-formed request.
    assert older.status_code == 200
    for response in (modern, older):
        assert list(response.json()) == ["errors"]


@pytest.mark.parametrize("accept", [GQL, JSON])
async def test_data_is_there_once_execution_began(
    http: httpx2.AsyncClient, accept: str
) -> None:
    partly = await post(http, {"query": "{ hello broken }"}, accept)
    nothing = await post(http, {"query": "{ required }"}, accept)

    assert partly.status_code == nothing.status_code == 200
    assert partly.json()["data"] == {"hello": "hello world", "broken": None}
    assert nothing.json()["data"] is None
    assert nothing.json()["errors"][0]["path"] == ["required"]


@pytest.mark.parametrize("accept", [GQL, JSON, f"{GQL}, text/event-stream"])
async def test_a_subscription_is_refused(
    http: httpx2.AsyncClient, state: SchemaState, accept: str
) -> None:
    request = {"query": 'subscription { seatMap(sessionId: "1") { kind } }'}
    by_post = await post(http, request, accept)
    by_get = await http.get("/graphql", params=request)

    assert (by_post.status_code, by_get.status_code) == (400, 400)
    assert code(by_post) == code(by_get) == "BAD_USER_INPUT"
    assert state.executions == 0


@pytest.mark.parametrize("name", [None, "C", ""])
async def test_one_of_several_operations_has_to_be_named(
    http: httpx2.AsyncClient, state: SchemaState, name: str | None
) -> None:
    query = "mutation A { touch } mutation B { touch }"
    response = await post(http, {"query": query, "operationName": name})

    assert response.status_code == 400
    assert code(response) == "BAD_USER_INPUT"
    assert state.touched == 0


async def test_no_page_is_served(http: httpx2.AsyncClient) -> None:
    response = await http.get("/graphql", headers={"Accept": "text/html, */*"})

    assert response.status_code == 400
    assert code(response) == "BAD_USER_INPUT"


async def test_the_context_knows_the_caller(http: httpx2.AsyncClient) -> None:
    response = await post(
        http,
        {"query": "{ me }"},
        **{
            "Authorization": "Bearer good",
            "Accept-Language": "es",
            "X-Request-Id": "r_1-A",
        },
    )

    assert response.json() == {"data": {"me": "ann es r_1-A"}}
    assert response.headers["x-request-id"] == "r_1-A"


@pytest.mark.parametrize("given", ["", "a b", "a" * 65, "a\u00e9", "<x>", "a.b"])
async def test_a_strange_request_id_is_replaced(
    http: httpx2.AsyncClient, given: str
) -> None:
    response = await http.get(
        "/graphql",
        params={"query": "{ me }"},
        headers={b"X-Request-Id": given.encode("latin-1")},
    )

    used = response.headers["x-request-id"]
    assert used != given
    assert len(used) == 32
    assert response.json()["data"]["me"].endswith(used)


async def test_a_bad_token_is_refused(
    http: httpx2.AsyncClient, state: SchemaState
) -> None:
    response = await post(
        http, {"query": "mutation { touch }"}, Authorization="Bearer bad"
    )

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.headers["content-type"] == f"{GQL}; charset=utf-8"
    assert code(response) == "UNAUTHENTICATED"
    assert "made up" not in response.text
    assert response.headers["x-request-id"]
    assert state.touched == 0


async def test_a_bug_before_execution_is_masked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def context_of(*_: object) -> FakeContext:
        raise RuntimeError("secret")

    async with client_of(GraphQLHttp(schema, context_of)) as http:
        response = await post(http, {"query": "{ hello }"}, **{"X-Request-Id": "r1"})

    assert response.status_code == 500
    [error] = response.json()["errors"]
    assert error["extensions"] == {"code": "INTERNAL", "requestId": "r1"}
    assert "secret" not in response.text
    [record] = caplog.records
    assert record.__dict__["request_id"] == "r1"
    assert "secret" in caplog.text


async def test_a_bug_around_execution_is_masked(
    state: SchemaState,
) -> None:
    class Broken(PlannedSchema):
        async def execute(self, *_: Any, **__: Any) -> Any:
            raise RuntimeError("secret")

    broken = Broken(Query)
    async with client_of(GraphQLHttp(broken, state.context_of)) as http:
        response = await post(http, {"query": "{ hello }"})

    assert response.status_code == 500
    assert code(response) == "INTERNAL"
    assert "secret" not in response.text
