"""Variables are coerced as graphql-core does it."""

from random import Random
from typing import Any

import pytest
import strawberry
from graphql import GraphQLInputType, Undefined, is_input_type
from graphql.utilities.coerce_input_value import coerce_input_value

from app.executable_schema import build_schema
from tests.support.random_inputs import UNUSUAL, RandomInputs
from transport.plans.coercion import coercer


@strawberry.input
class Tree:
    name: str
    height: int = 3
    branches: list["Tree"] | None = None


@strawberry.type
class Query:
    @strawberry.field
    def trees(self, tree: Tree) -> int:
        return tree.height


OURS = [*filter(is_input_type, build_schema()._schema.type_map.values())]
TREE: Any = strawberry.Schema(Query)._schema.type_map["Tree"]


def _coerced(value: object, kind: GraphQLInputType) -> Any:
    try:
        return coercer(kind)(value)
    except Exception:  # noqa: BLE001 # all the same to its caller
        return Undefined


def _spoilt(value: Any, dice: Random) -> Any:
    """Something in it may be of another kind."""
    if dice.random() < 0.1:
        return dice.choice(UNUSUAL)
    if isinstance(value, dict):
        return {name: _spoilt(each, dice) for name, each in value.items()}
    if isinstance(value, list):
        return [_spoilt(each, dice) for each in value]
    return value


@pytest.mark.parametrize("kind", OURS, ids=str)
def test_any_value_of_our_types(kind: Any) -> None:
    dice = Random(f"{kind}")
    inputs = RandomInputs(dice)
    for _ in range(200):
        valid = inputs._value(kind) if str(kind) != "Float" else 1.5
        for value in (valid, _spoilt(valid, dice)):
            assert _coerced(value, kind) == coerce_input_value(value, kind)


@pytest.mark.parametrize(
    "value",
    [
        {"name": "oak"},
        {"name": "oak", "height": None},
        {"name": "oak", "branches": None},
        {"name": "oak", "branches": {"name": "one stands for a list"}},
        {"name": "oak", "branches": [{"name": "a", "branches": [{"name": "b"}]}]},
        {"name": "oak", "branches": [{"name": "a", "branches": [{"height": 1}]}]},
        {"name": "oak", "leaves": 3},
        {"height": 3},
        "oak",
        None,
    ],
    ids=str,
)
def test_a_type_that_contains_itself(value: object) -> None:
    assert _coerced(value, TREE) == coerce_input_value(value, TREE)
