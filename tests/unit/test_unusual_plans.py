"""Plans answer as graphql-core does what Strawberry allows and our schema lacks."""

from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, get_args

import pytest
from strawberry.types import ExecutionResult

from tests.support.metric_growth import counted, growing
from tests.support.unusual_schema import schema_of
from transport import results
from transport.documents.document import read
from transport.documents.validation import RULES
from transport.operation_extension import DOCUMENT
from transport.plans.compiler import Compiler
from transport.plans.plan import Plan
from transport.plans.run import Reason
from transport.plans.schema import PlannedSchema

PLANNED, CORE = schema_of(plans=True), schema_of(plans=False)
UNPLANNED = "cinema_unplanned_operations_total"
TREE_WITH_DEFAULT = 'query ($k: String = "tree") { tree(kind: $k) { id } }'
WISH_WITH_VARIABLES = """query ($c: Colour!, $i: Wish) {
  wished(wish: {name: "a", colours: [$c], inner: $i})
}"""
INFO = "query Q($n: Int) { info(number: $n) ...F } fragment F on Query { i: info }"
NULL = {"b": None}
PLANT = "__typename id className ... on Tree { height } ... on Flower { colour }"
KINDS = ["tree", "flower", "old", "stone", "cast", "refusal", "number", "error"]


@dataclass
class FakeContext:
    request_id: str = "request-1"
    locale: str = "en"
    refusals: list[str] = field(default_factory=list)


async def answers(
    schema: PlannedSchema, text: str, variables: dict[str, Any]
) -> list[bytes]:
    document = read(text)
    assert document.errors_in(schema._schema, RULES) == []
    stream = await schema.stream(
        text, variables, FakeContext(), operation_extensions={DOCUMENT: document}
    )
    async with aclosing(stream):
        return [
            results.encoded(each)
            async for each in stream
            if isinstance(each, ExecutionResult)
        ]


def reasons() -> dict[str, float]:
    return {each: counted(UNPLANNED, reason=each) for each in get_args(Reason)}


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        *((f'{{ plant(kind: "{kind}") {{ {PLANT} }} }}', {}) for kind in KINDS),
        *((f'{{ tree(kind: "{kind}") {{ id height }} }}', {}) for kind in KINDS),
        *((f'{{ tree(kind: "{kind}") {{ __typename }} }}', {}) for kind in KINDS),
        *(
            (f'{{ either(kind: "{kind}") {{ __typename ... on Plant {{ id }} }} }}', {})
            for kind in KINDS
        ),
        (f"query ($k: [String!]!) {{ plants(kinds: $k) {{ {PLANT} }} }}", {"k": KINDS}),
        *(
            (f'{{ refused(why: "{why}") {{ ... on Refusal {{ why }} }} }}', {})
            for why in ("now", "later", "declined")
        ),
        *(
            (f'{{ refusedAtOnce(why: "{why}") {{ ... on Refusal {{ why }} }} }}', {})
            for why in ("now", "later", "declined")
        ),
        ("{ boxes { content __typename } anything fractions fixed }", {}),
        ('{ shouted(text: "x") later eachLater brokenList oneTooMany }', {}),
        ("{ secret fixed }", {}),
        ('{ wished(wish: {name: "a"}) }', {}),
        ('{ wished(wish: {name: "nothing"}) }', {}),
        (
            "query ($w: Wish!, $c: Colour! = RED) { wished(wish: $w, colour: $c) }",
            {"w": {"name": "a", "colours": "RED", "inner": {"name": "b"}}},
        ),
        (WISH_WITH_VARIABLES, {"c": "RED"}),
        ("{ none: changed(change: {}) null: changed(change: {height: null}) }", {}),
        (INFO, {"n": 3}),
        ("mutation { a: count b: count fail c: count }", {}),
        ("mutation { a: count b: count }", {}),
        (f"subscription ($k: [String!]!) {{ trees(kinds: $k) {{ {PLANT} }} }}",
         {"k": KINDS}),
    ],
)  # fmt: skip
async def test_answers_are_the_same(text: str, variables: dict[str, Any]) -> None:
    before = reasons()

    by_plan = await answers(PLANNED, text, variables)

    assert reasons() == before  # nothing was left to graphql-core
    assert by_plan == await answers(CORE, text, variables)


async def test_a_bug_of_a_plan_is_logged_and_left_to_core(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def compile_nothing(_: Compiler) -> Plan:
        raise LookupError("a bug")

    monkeypatch.setattr(Compiler, "compile", compile_nothing)
    with growing(UNPLANNED, 1, reason="failure"):
        answer = await answers(PLANNED, "{ bug: fixed }", {})

    assert answer == [b'{"data":{"bug":"fixed"}}']
    assert "a bug" in caplog.text


LARGE = (
    "{ a: boxes { ...F } b: boxes { ...F } c: boxes { ...F } d: boxes { ...F } }"
    f" fragment F on IntBox {{ {' '.join(f'f{n}: content' for n in range(501))} }}"
)


@pytest.mark.parametrize(
    ("reason", "text", "variables"),
    [
        ("introspection", "{ __schema { queryType { name } } }", {}),
        ("introspection", '{ fixed __type(name: "Tree") { name } }', {}),
        ("types", "{ number { value } }", {}),
        ("resolvers", "subscription { atOnce }", {}),
        ("resolvers", "subscription { secret }", {}),
        ("variables", "query ($k: String!) { tree(kind: $k) { id } }", {}),
        ("variables", "query ($k: String!) { tree(kind: $k) { id } }", {"k": 5}),
        ("variables", TREE_WITH_DEFAULT, {"k": None}),
        ("variables", "query ($b: Boolean = true) { f: fixed @skip(if: $b) }", NULL),
        ("size", LARGE, {}),
    ],
)
async def test_what_has_no_plan_is_counted_and_executed_by_core(
    reason: str, text: str, variables: dict[str, Any]
) -> None:
    with growing(UNPLANNED, 1, reason=reason):
        by_plan = await answers(PLANNED, text, variables)

    assert by_plan == await answers(CORE, text, variables)
