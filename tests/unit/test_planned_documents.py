"""Every document that we send, show or test has a plan."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql.execution.values import VariableValues

from app.executable_schema import build_schema
from tests.support.minimal_operations import operation, root_fields
from transport.documents.document import Document, read
from transport.documents.validation import RULES
from transport.plans.compiler import Compiler
from transport.plans.plan import Plan
from transport.plans.plans import MAX_FIELDS, parts_of
from transport.plans.resolving import Resolvers
from transport.plans.run import NotPlannedError
from transport.plans.variables import Variables, condition_names

ROOT = Path(__file__).parents[2]
SCHEMA = build_schema()
RESOLVERS = Resolvers(SCHEMA)
BEGINNING = re.compile(r"(\s|#.*\n)*(query\b|mutation\b|subscription\b|\{)")
# In pages and TypeScript: what stands between such quotes.
QUOTED = re.compile(r'```graphql\n(.*?)```|"""(.*?)"""|`([^`]*)`', re.DOTALL)


def strings() -> Iterator[str]:
    for folder in ("loadtest", "tests/support", "tests/unit", "tests/integration"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value
    for path in (*ROOT.glob("docs/*.md"), *ROOT.glob("web/explorer/src/*.ts")):
        for groups in QUOTED.findall(path.read_text("utf-8")):
            yield from filter(None, groups)
    for path in ROOT.glob("web/shop/src/api/documents/*.graphql"):
        yield path.read_text("utf-8")


def documents() -> dict[str, Document]:
    """Those that are valid, by their texts."""
    found: dict[str, Document] = {}
    for text in filter(BEGINNING.match, set(strings())):
        document = read(text)
        if document.operations and not document.errors_in(SCHEMA._schema, RULES):
            found[text] = document
    return found


def plan(document: Document, name: str | None) -> Plan:
    parts = parts_of(SCHEMA, document, name)
    Variables(parts)
    conditions = VariableValues({}, dict.fromkeys(condition_names(parts), True))
    return Compiler(SCHEMA, RESOLVERS, parts, conditions, MAX_FIELDS).compile()


def test_every_document_is_planned() -> None:
    reasons: dict[str, str] = {}
    count = 0
    for text, document in documents().items():
        for each in document.operations:
            try:
                plan(document, each.name)
            except NotPlannedError as error:
                reasons[text] = error.reason
            else:
                count += 1

    assert set(reasons.values()) <= {"introspection"}, reasons
    assert count > 50


@pytest.mark.parametrize("place", root_fields(SCHEMA._schema))
def test_every_field_of_a_root_is_planned(place: str) -> None:
    field = root_fields(SCHEMA._schema)[place]

    assert plan(read(operation(place, field)), None)
