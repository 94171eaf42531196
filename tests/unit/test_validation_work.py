"""Comparing what is selected again and again is given up before it holds up others."""

import pytest
from graphql import parse, validate

from app.executable_schema import build_schema

schema = build_schema()._schema  # it has no other


@pytest.mark.parametrize(
    "selections",
    [
        "sessions { edges { node { id } } } " * 190,
        ("sessions { " + "edges { node { id } } " * 30 + "} ") * 10,
        " ".join(f"...F{n}" for n in range(180)),
    ],
    ids=["wide", "deep", "fragments"],
)
def test_what_would_take_long_is_refused(selections: str) -> None:
    fragments = " ".join(f"fragment F{n} on Movie {{ id title }}" for n in range(180))

    document = f"{{ movies {{ edges {{ node {{ {selections} }} }} }} }} {fragments}"

    errors = validate(schema, parse(document))

    assert "Validation aborted." in [error.message for error in errors]


@pytest.mark.parametrize(
    "selections",
    [
        "sessions { edges { node { id movie { id title } } } } " * 20,
        " ".join(f"...F{n}" for n in range(60)),
    ],
    ids=["repeats", "fragments"],
)
def test_what_programs_write_is_not(selections: str) -> None:
    fragments = " ".join(f"fragment F{n} on Movie {{ id title }}" for n in range(60))
    if "..." not in selections:
        fragments = ""

    document = f"{{ movies {{ edges {{ node {{ {selections} }} }} }} }} {fragments}"

    assert validate(schema, parse(document)) == []
