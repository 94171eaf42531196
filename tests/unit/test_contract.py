"""The exported schema is current, described, and keeps the published contract."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    find_breaking_changes,
)

from app.commands.schema import POSSIBLE_TYPES, possible_types, sdl

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def text() -> str:
    return sdl()


@pytest.fixture(scope="module")
def schema(text: str) -> GraphQLSchema:
    return build_schema(text)


def test_the_exported_schema_is_current(text: str) -> None:
    exported = (PROJECT / "schema/schema.graphql").read_text("utf-8")

    assert exported == text, "run `make schema` and commit the result"


def test_the_exported_possible_types_are_current() -> None:
    exported = json.loads((PROJECT / POSSIBLE_TYPES).read_text("utf-8"))

    assert exported == possible_types(), "run `make schema` and commit the result"


@pytest.mark.parametrize("promised", ["docs/contract.graphql", "docs/releases"])
def test_nothing_that_clients_use_is_missing(
    promised: str, schema: GraphQLSchema
) -> None:
    path = PROJECT / promised
    # Of the releases the newest counts: it keeps what those before it had.
    file = max(path.glob("*.graphql"), key=version_of) if path.is_dir() else path

    before = build_schema(file.read_text("utf-8"))

    missing = [change.description for change in find_breaking_changes(before, schema)]
    assert missing == []


def version_of(file: Path) -> tuple[int, ...]:
    return tuple(map(int, file.stem.split(".")))


def test_everything_is_described(schema: GraphQLSchema) -> None:
    described = [
        part
        for name, kind in schema.type_map.items()
        if not name.startswith("__")
        for part in (Part(name, kind.description), *parts(name, kind))
    ]

    assert [part.name for part in described if not part.description] == []


class Part(NamedTuple):
    name: str
    description: str | None


def parts(name: str, kind: GraphQLNamedType) -> Iterator[Part]:
    if isinstance(kind, GraphQLEnumType):
        for value_name, value in kind.values.items():
            yield Part(f"{name}.{value_name}", value.description)
    if isinstance(kind, GraphQLInputObjectType):
        for field_name, wanted in kind.fields.items():
            yield Part(f"{name}.{field_name}", wanted.description)
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for field_name, field in kind.fields.items():
            yield Part(f"{name}.{field_name}", field.description)
            for argument_name, argument in field.args.items():
                yield Part(
                    f"{name}.{field_name}({argument_name})", argument.description
                )
