"""Everything that a client can make large has a limit; the refusal names it."""

from typing import Any

import pytest

from transport.documents.call import Call
from transport.documents.refusals import refusal_of

FRAGMENTS = "fragment F on X { a @a b @a } fragment G on X { a b }"
TOO_LONG = (
    "The operation has 10001 characters in one of its variables; 10000 are allowed."
)


@pytest.mark.parametrize(
    "document",
    [
        "{ a" * 21 + " }" * 21,
        "{ ...F } fragment F on Query " + "{ a" * 21 + " }" * 21,
        "{ a { ...F } } fragment F on Query " + "{ a" * 20 + " }" * 20,
        "{ ...F a { a { ...F } } } fragment F on Query " + "{ a" * 19 + " }" * 19,
        "{ ..." * 60 + "{ id }" + " }" * 60,
        "{ a" * 100 + " }" * 100,
        "{ ...f0 } "
        + " ".join(f"fragment f{n} on Query {{ ...f{n + 1} }}" for n in range(200)),
    ],
    ids=lambda document: document[:40],
)
def test_deep_nesting_is_refused(document: str) -> None:
    assert refusal_of(Call.of(document)) == (
        "It is nested deeper than 20 levels of fields, or 60 of fields and fragments."
    )


@pytest.mark.parametrize(
    "document",
    [
        "{ a" * 20 + " }" * 20,
        "{ a { ...F } } fragment F on Query " + "{ a" * 19 + " }" * 19,
        "{ ..." * 59 + "{ id }" + " }" * 59,
    ],
    ids=lambda document: document[:40],
)
def test_allowed_nesting(document: str) -> None:
    assert refusal_of(Call.of(document)) is None


@pytest.mark.parametrize(
    ("selections", "what"),
    [
        (["id"] * 21, "21 fields at its root; 20 are allowed"),
        (["...F"] * 11, "22 fields at its root; 20 are allowed"),
        (["x { " + "a: id " * 51 + "}"], "51 aliases; 50 are allowed"),
        (["x { " + "id @a " * 51 + "}"], "51 directives; 50 are allowed"),
        (["x { " + "...F @a " * 18 + "}"], "54 directives; 50 are allowed"),
        (["x { " + "id " * 1_000 + "}"], "1001 fields, with its fragments; 1000 are"),
        (["x { " + "...G " * 500 + "}"], "1001 fields, with its fragments; 1000 are"),
    ],
    ids=lambda given: str(given)[:40],
)
def test_refusals_have_the_number_and_the_limit(
    selections: list[str], what: str
) -> None:
    document = f"{{ {' '.join(selections)} }} {FRAGMENTS}"

    refusal = refusal_of(Call.of(document))

    assert refusal is not None
    assert what in refusal


def test_limits_apply_to_the_executed_operation() -> None:
    document = "query Small { id } query Large { " + "id " * 21 + "}"

    assert refusal_of(Call.of(document, "Small")) is None
    assert refusal_of(Call.of(document, "Large")) is not None


@pytest.mark.parametrize(
    ("variables", "refusal"),
    [
        ({"a": ["x"] * 998}, None),
        (
            {"a": ["x"] * 999},
            "The operation has 1001 values in its variables; 1000 are allowed.",
        ),
        ({"a": {"b": ["x" * 10_000]}}, None),
        (
            {"a": {"b": ["x" * 10_001]}},
            TOO_LONG,
        ),
    ],
    ids=["many", "too many", "long", "too long"],
)
def test_variables_are_limited(variables: dict[str, Any], refusal: str | None) -> None:
    assert refusal_of(Call.of("{ id }", None, variables)) == refusal


def test_names_and_documents_are_limited() -> None:
    assert refusal_of(Call.of("{ id }", "x" * 257)) == (
        "The operation has 257 characters in its operationName; 256 are allowed."
    )
    assert refusal_of(Call.of("{ id }" + " " * 32_763)) == (
        "The document has 32769 characters; 32768 are allowed."
    )


@pytest.mark.parametrize(
    "document",
    [
        "{}",
        "subscription {}",
        "{ a {} }",
        "{ ...F } fragment F on A { b {} }",
        "{...{}}",
    ],
)
def test_an_empty_selection_is_refused(document: str) -> None:
    assert refusal_of(Call.of(document)) == (
        "A selection is empty: name the fields that you want."
    )


def test_a_list_with_the_name_of_pages_costs_its_items() -> None:
    operation = Call.of("{ reservation(id: 1) { tickets { id } } }").operation

    assert operation
    assert operation.measured.cost == 10
