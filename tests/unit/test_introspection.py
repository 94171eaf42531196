import pytest
from graphql import get_introspection_query

from app.executable_schema import build_schema

CLOSED = build_schema(introspection=False)


async def test_introspection_is_on_by_default() -> None:
    result = await build_schema().execute(get_introspection_query())

    assert result.errors is None


@pytest.mark.parametrize(
    "document",
    [
        get_introspection_query(),
        "{ __schema { queryType { name } } }",
        '{ shown: __type(name: "Movie") { name } }',
        "{ ...F } fragment F on Query { __schema { queryType { name } } }",
        "subscription { __schema { queryType { name } } }",
    ],
    ids=lambda document: document.strip()[:40],
)
async def test_introspection_can_be_turned_off(document: str) -> None:
    result = await CLOSED.execute(document)

    assert result.data is None
    assert result.errors
    assert {(e.extensions or {})["code"] for e in result.errors} == {"BAD_USER_INPUT"}


async def test_typename_stays_allowed() -> None:
    result = await CLOSED.execute("{ __typename }")

    assert result.data == {"__typename": "Query"}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            "{ sesions { totalCount } }",
            "Cannot query field 'sesions' on type 'Query'.",
        ),
        (
            "{ sessions(frist: 1) { totalCount } }",
            "Unknown argument 'frist' on field 'Query.sessions'.",
        ),
        (
            "{ reservations(status: PENDNG) { totalCount } }",
            "Value 'PENDNG' does not exist in 'ReservationStatus' enum.",
        ),
    ],
)
async def test_without_introspection_errors_suggest_no_names(
    document: str, message: str
) -> None:
    result = await CLOSED.execute(document)

    assert [error.message for error in result.errors or ()] == [message]
