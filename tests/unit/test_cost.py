"""The cost of a document is measured before it is executed."""

from typing import Any

import pytest
from graphql import (
    GraphQLList,
    GraphQLObjectType,
    SelectionNode,
    get_introspection_query,
    get_named_type,
    get_nullable_type,
    is_composite_type,
)

from app.executable_schema import build_schema
from schema.costs import FieldCost
from transport.documents.call import Call
from transport.documents.cost import COSTS, CostWalk, Measurement
from transport.documents.refusals import refusal_of

SEATS = "seatMap { available seats { id status version } }"


INTROSPECTION = get_introspection_query(
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
)


def cost(
    document: str, variables: dict[str, Any] | None = None, name: str | None = None
) -> int:
    operation = Call.of(document, name).operation
    assert operation is not None
    return operation.measured.cost_with(operation.defaults | (variables or {}))


def page(name: str, inner: str, first: str = "") -> str:
    return f"{name}{first} {{ edges {{ node {{ {inner} }} }} }}"


@pytest.mark.parametrize(
    "document",
    [
        "{ __typename }",
        INTROSPECTION,
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
def test_usual_documents_are_allowed(document: str) -> None:
    assert refusal_of(Call.of(document)) is None


def test_every_list_has_a_size() -> None:
    """Otherwise its items would count as one."""
    fields = [
        (name, field.type)
        for kind in build_schema()._schema.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        for name, field in kind.fields.items()
    ]

    lists = {
        name
        for name, type_ in fields
        if isinstance(get_nullable_type(type_), GraphQLList)
        and is_composite_type(get_named_type(type_))
    }
    pages = {
        name
        for name, type_ in fields
        if get_named_type(type_).name.endswith("Connection")
    }

    sized = {name for name, cost in COSTS.items() if cost.items > 1}
    assert lists - {"edges"} <= sized  # "edges" are sized by their page
    assert pages == {name for name, cost in COSTS.items() if cost.is_paged}


def test_costs_are_read_from_the_fields() -> None:
    of_one_item = FieldCost()
    with_a_cost = {
        name: cost
        for name, cost in COSTS.items()
        if cost != of_one_item and not cost.is_paged
    }

    assert with_a_cost == {
        **dict.fromkeys(("seats", "sold", "void"), FieldCost(items=100)),
        "orphans": FieldCost(items=8, extra=50),
        "better": FieldCost(items=8),
        "ticketTypes": FieldCost(items=10),
        "priceZones": FieldCost(items=5),
        "code": FieldCost(extra=5),
        "refunds": FieldCost(items=8),
        "prices": FieldCost(items=10),
        **dict.fromkeys(("devices", "priceCards"), FieldCost(items=10)),
        "seatMap": FieldCost(extra=50),
        "exportViewer": FieldCost(extra=200),
        **dict.fromkeys(("capacity", "availability"), FieldCost(extra=5)),
        "types": FieldCost(items=100),  # introspection
        "fields": FieldCost(items=3),
    }


def test_deeply_nested_lists_are_refused() -> None:
    inner = "id"
    for name in ("sessions", "movies", "sessions", "movies"):
        inner = page(name, f"id movie {{ {inner} }}", "(first: 100)")

    refusal = refusal_of(Call.of(f"{{ {inner} }}"))

    assert refusal is not None
    assert "20000 are allowed" in refusal


def test_seat_maps_of_many_sessions_are_refused() -> None:
    seats = "seatMap { seats { id row number status version } }"

    assert refusal_of(Call.of(f"{{ {page('sessions', seats, '(first: 100)')} }}"))


@pytest.mark.parametrize(
    ("variables", "costs"),
    [
        ({}, 20),
        ({"n": None}, 20),
        ({"n": 5}, 5),
        ({"n": 0}, 100),  # its resolver refuses it; until then it counts most
        ({"n": 101}, 100),
        ({"n": "5"}, 100),
        ({"n": 10**30}, 100),
    ],
)
@pytest.mark.parametrize("argument", ["first", "last"])
def test_a_variable_sets_the_page_size(
    argument: str, variables: dict[str, Any], costs: int
) -> None:
    document = f"query ($n: Int) {{ {page('sessions', SEATS, f'({argument}: $n)')} }}"

    # 1 for the list and each edge; the seat map of a node costs 454.
    assert cost(document, variables) == 1 + costs * (2 + 50 + 2 + 100 * 3 + 1)


def test_a_variable_may_have_a_default_and_size_several_lists() -> None:
    inner = page("sessions", "id", "(last: $m)")
    document = (
        "query ($n: Int = 3, $m: Int = 100) {"
        + page("movies", f"id {inner}", "(first: $n)")
        + "}"
    )

    assert cost(document) == 1 + 3 * (2 + 1 + 1 + 100 * 3)
    assert cost(document, {"m": 1}) == 1 + 3 * (2 + 1 + 1 + 1 * 3)
    assert cost(document, {"n": 2, "m": None}) == 1 + 2 * (2 + 1 + 1 + 20 * 3)


def test_first_and_last_together_count_as_the_larger() -> None:
    # `first` has a default, so it counts together with any `last`.
    document = "{ sessions(first: $n, last: 7) { totalCount } }"

    assert cost(f"query ($n: Int) {document}") == 1 + 7
    assert cost(f"query ($n: Int = 9) {document}") == 1 + 9


def test_a_fragment_is_sized_by_the_variables_of_each_operation() -> None:
    fragment = "fragment F on Query {" + page("rooms", "id", "(first: $n)") + "}"
    operations = "query A($n: Int = 1) { ...F ...F } query B($n: Int = 2) { ...F }"
    document = f"{operations} {fragment}"

    assert cost(document, name="A") == 2 * (1 + 3)
    assert cost(document, name="B") == 1 + 2 * 3


def test_the_value_of_a_page_size_variable_decides_on_refusal() -> None:
    document = f"query ($n: Int) {{ {page('sessions', SEATS, '(first: $n)')} }}"

    assert refusal_of(Call.of(document, None, {"n": 50})) is None
    assert refusal_of(Call.of(document, None, {"n": 100})) == (
        "The operation has 35501 fields in its answer at most; 20000 are allowed."
    )


def doubling(levels: int, last: str, between: str = "") -> str:
    """Each level doubles: 2 ** levels times the last one."""
    fragments = [
        f"fragment f{level} on Query {{ {between}...f{level + 1} ...f{level + 1} }}"
        for level in range(levels)
    ]
    return f"{{ ...f0 }} {' '.join(fragments)} fragment f{levels} on Query {{ {last} }}"


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """All nodes that the walk visits."""
    seen: list[object] = []
    one = CostWalk._one

    def counted(walk: CostWalk, node: SelectionNode, *rest: int) -> Measurement:
        seen.append(node)
        return one(walk, node, *rest)

    monkeypatch.setattr(CostWalk, "_one", counted)
    return seen


@pytest.mark.parametrize("argument", ["(first: 1)", "(first: $n)"])
def test_fragments_that_double_at_each_level_are_measured_once(
    visits: list[object], argument: str
) -> None:
    document = doubling(20, f"rooms{argument} {{ totalCount }}")
    assert len(document) < 1_000

    refusal = refusal_of(Call.of(document, None, {"n": 1}))

    assert refusal == ("The operation has 1048576 fields at its root; 20 are allowed.")
    assert len(visits) == 1 + 20 * 2 + 2
    assert cost(document, {"n": 1}) == 2 * 2**20


def test_a_number_with_very_many_digits_is_not_shown() -> None:
    refusal = refusal_of(Call.of(doubling(50, "viewer { id }")))

    assert refusal == (
        "The operation has more than 1000000000 fields at its root; 20 are allowed."
    )


def test_a_fragment_that_spreads_itself_is_left_to_validation() -> None:
    assert refusal_of(Call.of("{ ...f } fragment f on Query { ...f }")) is None


async def test_a_number_of_thousands_of_digits_is_the_clients_fault() -> None:
    document = "{ sessions(first: %s) { totalCount } }" % ("9" * 9_000)

    result = await build_schema().execute(document)

    assert result.errors
    [error] = result.errors
    assert (error.extensions or {})["code"] == "BAD_USER_INPUT"
