"""Validation of a document that compares too many fields is aborted early."""

import pytest
from graphql import parse, validate

from app.executable_schema import build_schema
from transport.documents.document import read
from transport.documents.validation import RULES
from transport.operation_extension import DOCUMENT

executable = build_schema()
schema = executable._schema  # it has no other


@pytest.mark.parametrize(
    "selections",
    [
        "sessions { edges { node { id } } } " * 190,
        ("sessions { " + "edges { node { id } } " * 30 + "} ") * 10,
        " ".join(f"...F{n}" for n in range(180)),
    ],
    ids=["wide", "deep", "fragments"],
)
def test_expensive_comparisons_are_aborted(selections: str) -> None:
    fragments = " ".join(f"fragment F{n} on Movie {{ id title }}" for n in range(180))

    document = f"{{ movies {{ edges {{ node {{ {selections} }} }} }} }} {fragments}"

    errors = validate(schema, parse(document), RULES)

    assert "Validation aborted." in [error.message for error in errors]


@pytest.mark.parametrize(
    "selections",
    [
        "sessions { edges { node { id movie { id title } } } } " * 20,
        " ".join(f"...F{n}" for n in range(60)),
    ],
    ids=["repeats", "fragments"],
)
def test_usual_documents_are_valid(selections: str) -> None:
    fragments = " ".join(f"fragment F{n} on Movie {{ id title }}" for n in range(60))
    if "..." not in selections:
        fragments = ""

    document = f"{{ movies {{ edges {{ node {{ {selections} }} }} }} }} {fragments}"

    assert validate(schema, parse(document), RULES) == []


@pytest.mark.parametrize("passed_on", [True, False])
async def test_the_executable_schema_validates_by_these_rules(
    *, passed_on: bool
) -> None:
    """A document that a transport has parsed, and one that Strawberry parses."""
    spreads = " ".join(f"...F{n}" for n in range(180))
    fragments = " ".join(f"fragment F{n} on Movie {{ id title }}" for n in range(180))
    text = f"{{ movies {{ edges {{ node {{ {spreads} }} }} }} }} {fragments}"
    document = read(text)
    assert document.parsed is not None

    result = await executable.execute(
        text, operation_extensions={DOCUMENT: document} if passed_on else None
    )

    assert [each.message for each in result.errors or ()] == ["Validation aborted."]
