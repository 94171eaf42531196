"""A document is parsed and validated once, whatever transports it comes by."""

from collections import Counter
from typing import Any

import pytest
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.schema import schema as strawberry_schema

from tests.support.asgi_socket import AsgiSocket
from tests.support.engine import PLANS
from tests.support.http_client import client_of, post
from tests.support.transport_schema import Mutation, Query, SchemaState, Subscription
from transport import GraphQLHttp, GraphQLWebSocket
from transport.documents import document as documents
from transport.documents.document import read
from transport.plans.schema import PlannedSchema


def schema_of(query: type = Query) -> PlannedSchema:
    return PlannedSchema(query, Mutation, Subscription, plans=PLANS)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each function that works on a document was called."""
    documents._KEPT.clear()  # other tests may have sent the same
    counted: Counter[str] = Counter()

    def count(module: object, name: str, what: str) -> None:
        original: Any = getattr(module, name)

        def counting(*args: Any, **options: Any) -> Any:
            counted[what] += 1
            return original(*args, **options)

        monkeypatch.setattr(module, name, counting)

    count(documents, "parse", "parsed")
    count(documents, "validate_document", "validated")
    count(strawberry_schema, "parse", "parsed by Strawberry")
    count(strawberry_schema, "validate_document", "validated by Strawberry")
    return counted


@pytest.mark.parametrize(
    ("document", "kinds"),
    [
        ("query Once { hello }", ["next", "complete"]),
        ("query Invalid { nothing }", ["error"]),
    ],
)
async def test_two_transports_share_one_parsed_document(
    state: SchemaState, calls: Counter[str], document: str, kinds: list[str]
) -> None:
    schema = schema_of()
    app = Starlette(routes=[Route("/graphql", GraphQLHttp(schema, state.context_of))])
    sockets = GraphQLWebSocket(schema, state.context_of, state.credentials_of)

    async with client_of(app) as http, AsgiSocket(sockets) as socket:
        answers = [(await post(http, {"query": document})).json() for _ in range(2)]
        await socket.init()
        for number in range(2):
            socket.subscribe(f"{number}", document)
        frames = [await socket.receive() for _ in range(2 * len(kinds))]

    assert answers[0] == answers[1]
    assert sorted(frame["type"] for frame in frames) == sorted(2 * kinds)
    assert calls == {"parsed": 1, "validated": 1}


async def test_schemas_do_not_share_the_result_of_a_validation(
    state: SchemaState,
) -> None:
    @strawberry.type
    class Other:
        @strawberry.field
        def nothing(self) -> int:
            return 5

    answers = []
    for query in (Query, Other, Query):
        http_view = GraphQLHttp(schema_of(query), state.context_of)
        app = Starlette(routes=[Route("/graphql", http_view)])
        async with client_of(app) as http:
            answers.append((await post(http, {"query": "{ nothing }"})).json())

    assert answers[1] == {"data": {"nothing": 5}}
    assert answers[0] == answers[2]
    assert "errors" in answers[0]


def test_what_is_kept_is_bounded() -> None:
    first = read("{ kept }")
    assert read("{ kept }") is first

    for number in range(documents.MAX_DOCUMENTS):
        read(f"{{ kept{number} }}")

    assert read("{ kept }") is not first
