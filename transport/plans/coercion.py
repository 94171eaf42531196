"""Coercion of variables, compiled once for each type.

It knows valid values alone. For others it returns Undefined or raises anything, and
graphql-core looks at them again, to say what is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    Undefined,
    is_required_input_field,
)
from graphql.utilities.coerce_input_value import (
    coerce_default_value,
    coerce_input_value,
)

Coerce = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _InputField:
    name: str
    key: str  # in the coerced object
    coerce: Coerce
    is_required: bool
    default: Any


@lru_cache(maxsize=256)
def coercer(kind: GraphQLInputType) -> Coerce:
    if not isinstance(kind, GraphQLNonNull):
        return _nullable(_of_value(kind))
    coerce = _of_value(kind.of_type)
    return lambda value: Undefined if value is None else coerce(value)


def _nullable(coerce: Coerce) -> Coerce:
    return lambda value: None if value is None else coerce(value)


def _of_value(kind: Any) -> Coerce:
    if isinstance(kind, GraphQLList):
        return _of_list(kind)
    if isinstance(kind, GraphQLInputObjectType):
        if kind.is_one_of:
            return lambda value: coerce_input_value(value, kind)
        return _of_object(kind)
    through_core: Coerce = kind.coerce_input_value
    if kind.name in {"String", "ID"}:
        return lambda value: value if type(value) is str else through_core(value)
    return through_core


def _of_list(kind: GraphQLList[Any]) -> Coerce:
    coerce = coercer(kind.of_type)

    def coerce_list(values: Any) -> Any:
        if type(values) is not list:  # one value stands for a list, or it is wrong
            return coerce_input_value(values, kind)
        coerced = [coerce(value) for value in values]
        return Undefined if Undefined in coerced else coerced

    return coerce_list


def _of_object(kind: GraphQLInputObjectType) -> Coerce:
    def coerce_object(values: Any) -> Any:
        coerced: dict[str, Any] = {}
        known = 0
        for field in _fields(kind):  # not earlier: a type may contain itself
            value = values.get(field.name, Undefined)
            if value is not Undefined:
                known += 1
                value = field.coerce(value)
                if value is Undefined:
                    return Undefined
            elif field.is_required:
                return Undefined
            elif (value := field.default) is Undefined:
                continue
            coerced[field.key] = value
        return Undefined if known < len(values) else kind.out_type(coerced)

    return coerce_object


@lru_cache(maxsize=256)
def _fields(kind: GraphQLInputObjectType) -> tuple[_InputField, ...]:
    return tuple(
        _InputField(
            name,
            each.out_name or name,
            coercer(each.type),
            is_required_input_field(each),
            coerce_default_value(each),
        )
        for name, each in kind.fields.items()
    )
