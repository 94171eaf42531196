"""A stranger's document is measured before anything is read for it."""

import time

import pytest
from graphql import get_introspection_query

from app.graphql import build_schema
from app.transport.documents import refusal_of

SEATS = "seatMap { available seats { id status version } }"


def page(name: str, inner: str, first: str = "") -> str:
    return f"{name}{first} {{ edges {{ node {{ {inner} }} }} }}"


@pytest.mark.parametrize(
    "document",
    [
        "{ __typename }",
        get_introspection_query(),
        f"{{ {page('sessions', f'id {SEATS}', '(first: 50)')} }}",
        "query ($n: Int) {"
        + page("sessions", "id movie { title } seatMap { available }", "(first: $n)")
        + "}",
        (
            "{ seatMap(sessionId: 1) { seats { id row number status version heldUntil"
            " price { amountMinor } } } }"
        ),
    ],
)
def test_what_clients_ask_is_cheap_enough(document: str) -> None:
    assert refusal_of(document, None) is None


def test_lists_in_lists_are_too_much() -> None:
    inner = "id"
    for name in ("sessions", "movies", "sessions", "movies"):
        inner = page(name, f"id movie {{ {inner} }}", "(first: 100)")

    refusal = refusal_of(f"{{ {inner} }}", None)

    assert refusal is not None
    assert "20000 are allowed" in refusal


def test_maps_of_many_sessions_are_too_much() -> None:
    seats = "seatMap { seats { id row number status version } }"

    assert refusal_of(f"{{ {page('sessions', seats, '(first: 100)')} }}", None)


def test_a_first_from_a_variable_counts_as_the_most() -> None:
    document = page("sessions", SEATS, "(first: $n)")

    assert refusal_of(f"query ($n: Int) {{ {document} }}", None)


def test_fragments_that_double_at_each_level_are_measured_at_once() -> None:
    doubling = " ".join(
        f"fragment f{level} on Query {{ ...f{level + 1} ...f{level + 1} }}"
        for level in range(60)
    )
    began = time.perf_counter()

    refusal = refusal_of(
        f"{{ ...f0 }} {doubling} fragment f60 on Query {{ __typename }}", None
    )

    assert refusal is not None
    assert time.perf_counter() - began < 5  # walked path by path: for ever


def test_a_fragment_that_spreads_itself_is_left_to_validation() -> None:
    assert refusal_of("{ ...f } fragment f on Query { ...f }", None) is None


def test_deep_nesting_is_too_much() -> None:
    assert refusal_of("{ a" * 30 + " }" * 30, None) == (
        "It is nested deeper than 20 levels."
    )


async def test_a_number_of_thousands_of_digits_is_the_clients_fault() -> None:
    document = "{ sessions(first: %s) { totalCount } }" % ("9" * 9_000)

    result = await build_schema().execute(document)

    assert result.errors
    [error] = result.errors
    assert (error.extensions or {})["code"] == "BAD_USER_INPUT"
