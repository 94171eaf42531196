"""The documents that tests, campaign and load test share fit the schema."""

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from app.commands.schema import sdl
from loadtest import documents

DOCUMENTS = {
    name: text
    for name, text in vars(documents).items()
    if name.isupper() and text.startswith(("query", "mutation", "subscription"))
}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(sdl())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_valid(schema: GraphQLSchema, name: str) -> None:
    assert validate(schema, parse(DOCUMENTS[name])) == []


def test_no_document_is_overlooked() -> None:
    selections = {"TOKENS", "REFUSED", "MOVIE", "ROOM", "SESSION", "SEATS_CHANGED"}
    constants = {name for name in vars(documents) if name.isupper()}

    assert constants == selections | DOCUMENTS.keys()
