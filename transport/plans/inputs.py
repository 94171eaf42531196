"""Converts arguments that graphql-core has coerced into what resolvers take.

Strawberry looks each type up again for each call; here this is done once. A resolver
gets lists and inputs of its own, which it may change.
"""

from collections.abc import Callable
from dataclasses import MISSING
from typing import Any

from strawberry import UNSET, Schema
from strawberry.relay import GlobalID
from strawberry.scalars import is_scalar
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import (
    StrawberryList,
    StrawberryMaybe,
    StrawberryObjectDefinition,
    StrawberryOptional,
    has_object_definition,
)
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition

Convert = Callable[[Any], Any]


class UnknownInputError(Exception):
    """Only Strawberry itself can convert it."""


class InputConverter:
    """Of one schema, whose input types it keeps."""

    def __init__(self, schema: Schema) -> None:
        self._scalars = schema.schema_converter.scalar_registry
        self._names = schema.config.name_converter
        self._objects: dict[type, Convert] = {}

    def of_arguments(self, arguments: list[StrawberryArgument]) -> Convert:
        """Names of the schema -> keywords of Python. Raises UnknownInputError."""
        converters = [
            (
                self._names.from_argument(each),
                each.python_name,
                self._of_type(each.type),
            )
            for each in arguments
        ]
        return lambda values: {
            keyword: convert(values[name])
            for name, keyword, convert in converters
            if name in values
        }

    def _of_type(self, kind: Any) -> Convert:
        if isinstance(kind, StrawberryMaybe):
            raise UnknownInputError
        if isinstance(kind, StrawberryOptional):
            return self._of_type(kind.of_type)
        if isinstance(kind, StrawberryList):
            return self._of_list(kind)
        if self._is_leaf(kind):
            return _as_it_is
        if has_object_definition(kind):
            return self._of_object(kind)
        raise UnknownInputError

    def _of_list(self, kind: StrawberryList) -> Convert:
        convert = self._of_type(kind.of_type)

        def convert_list(values: Any) -> Any:
            if values is None or values is UNSET:
                return values
            return list(values) if convert is _as_it_is else [*map(convert, values)]

        return convert_list

    def _is_leaf(self, kind: Any) -> bool:
        if kind is GlobalID:
            return False
        return (
            is_scalar(kind, self._scalars)
            or isinstance(kind, StrawberryEnumDefinition)
            or has_enum_definition(kind)
        )

    def _of_object(self, kind: Any) -> Convert:
        definition: StrawberryObjectDefinition = kind.__strawberry_definition__
        if definition.from_input is not None:
            raise UnknownInputError
        if kind not in self._objects:
            # An input may contain itself: the lambda finds what is there later.
            self._objects[kind] = lambda value: self._objects[kind](value)  # noqa: PLW0108
            try:
                self._objects[kind] = self._new_object(kind, definition)
            except UnknownInputError:
                del self._objects[kind]
                raise
        return self._objects[kind]

    def _new_object(
        self, kind: type, definition: StrawberryObjectDefinition
    ) -> Convert:
        # As in Strawberry: what may be left out and has no default is None.
        omitted = {
            each.python_name: None
            for each in definition.fields
            if each.default_value is MISSING and each.default_factory is MISSING
        }
        converters = [
            (
                self._names.from_field(each),
                each.python_name,
                self._of_type(each.resolve_type(type_definition=definition)),
            )
            for each in definition.fields
        ]

        def convert_object(value: Any) -> Any:
            if value is None or value is UNSET:
                return value
            given = {
                keyword: convert(value[name])
                for name, keyword, convert in converters
                if name in value
            }
            return kind(**(omitted | given))

        return convert_object


def _as_it_is(value: Any) -> Any:
    return value
