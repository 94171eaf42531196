"""Scalars and enums as they are written into an answer."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from graphql import GraphQLEnumType, GraphQLLeafType, Undefined
from graphql.pyutils import inspect
from graphql.type import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT
from strawberry.types.enum import StrawberryEnumDefinition

from transport.plans.definitions import definition_of

Serialize = Callable[[Any], Any]


@lru_cache(maxsize=128)
def serializer(kind: GraphQLLeafType) -> Serialize:
    """Of values that are not None. What is usual is written without graphql-core."""
    through_core = _through_core(kind)
    match kind.name:
        case "String" | "ID":
            return lambda value: value if type(value) is str else through_core(value)
        case "Boolean":
            return lambda value: value if type(value) is bool else through_core(value)
        case "Int":
            return lambda value: (
                value
                if type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT
                else through_core(value)
            )
    if isinstance(kind, GraphQLEnumType):
        return _enum(kind, through_core)
    return through_core


def _enum(kind: GraphQLEnumType, through_core: Serialize) -> Serialize:
    definition = definition_of(kind)
    if not isinstance(definition, StrawberryEnumDefinition):
        return through_core
    members: Any = definition.wrapped_cls
    names = {member: through_core(member) for member in members}

    def serialize(value: Any) -> Any:
        try:
            return names[value]
        except (KeyError, TypeError):  # no member, or what cannot be a key
            return through_core(value)

    return serialize


def _through_core(kind: GraphQLLeafType) -> Serialize:
    """As `complete_leaf_value` of its Executor does it, with the same error."""
    coerce = kind.coerce_output_value

    def serialize(value: Any) -> Any:
        written = coerce(value)
        if written is None or written is Undefined:
            raise TypeError(
                f"Expected `{kind}.coerce_output_value({inspect(value)})` to return"
                f" non-nullable value, returned: {inspect(written)}"
            )
        return written

    return serialize
