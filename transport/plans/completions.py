"""Compiles the type of a place into what completes its values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    is_leaf_type,
)
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.union import StrawberryUnion

from transport.plans import plain, values
from transport.plans.concurrency import Fields, concurrently
from transport.plans.definitions import definition_of
from transport.plans.fragments import Write
from transport.plans.leaves import serializer
from transport.plans.plain import Attribute
from transport.plans.resolve_info import PlannedField
from transport.plans.run import ErrorHandler, NotPlannedError, Place


@dataclass(frozen=True, slots=True)
class Completion:
    """`write` is for values that have no resolvers inside, and None for others."""

    complete: Place
    write: Write | None

    @property
    def quickest(self) -> Place:
        if self.write is None:
            return self.complete
        return plain.first_plainly(self.write, self.complete)


@dataclass(frozen=True, slots=True)
class SelectedFields:
    """Of an object; `attributes` is None if resolvers have to be called for some."""

    fields: Fields
    attributes: list[Attribute] | None


# The fields of an object at a place, for one of the types that it may have there.
Select = Callable[[GraphQLObjectType, PlannedField], SelectedFields]


class Completions:
    """Raises NotPlannedError for types that resolve or check themselves."""

    def __init__(self, schema: GraphQLSchema, select: Select) -> None:
        self._schema = schema
        self._select = select

    def of(self, kind: GraphQLOutputType, field: PlannedField) -> Completion:
        if isinstance(kind, GraphQLNonNull):
            inner = self._of_value(kind.of_type, field)
            return Completion(values.required(inner.complete, field), inner.write)
        inner = self._of_value(kind, field)
        return Completion(
            values.nullable(inner.complete),
            inner.write and plain.nullable(inner.write),
        )

    def _of_value(self, kind: Any, field: PlannedField) -> Completion:
        """Of a value that is not None."""
        if isinstance(kind, GraphQLList):
            return self._of_list(kind, field)
        if isinstance(kind, GraphQLObjectType):
            return self._of_object(kind, field)
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            return self._of_abstract(kind, field)
        if not is_leaf_type(kind):
            raise NotPlannedError("types")
        serialize = serializer(kind)
        return Completion(values.leaf(serialize), plain.scalar(serialize))

    def _of_list(self, kind: GraphQLList[Any], field: PlannedField) -> Completion:
        item = self.of(kind.of_type, field)
        errors = ErrorHandler(field.nodes, isinstance(kind.of_type, GraphQLNonNull))
        place = values.place(item.quickest, errors)
        return Completion(
            values.list_of(place, field), item.write and plain.list_of(item.write)
        )

    def _of_object(self, kind: GraphQLObjectType, field: PlannedField) -> Completion:
        definition = definition_of(kind)
        if not isinstance(definition, StrawberryObjectDefinition) or (
            definition.is_type_of is not None
        ):
            raise NotPlannedError("types")
        selected = self._select(kind, field)
        origin = (definition.concrete_of or definition).origin
        complete = values.object_of(kind, origin, concurrently(selected.fields), field)
        if selected.attributes is None:
            return Completion(complete, None)
        write = plain.object_of(
            selected.attributes, origin, may_be_cast=kind.is_type_of is not None
        )
        return Completion(complete, write)

    def _of_abstract(
        self, kind: GraphQLUnionType | GraphQLInterfaceType, field: PlannedField
    ) -> Completion:
        if not _resolves_as_declared(kind):
            raise NotPlannedError("types")
        by_name: dict[str, Completion] = {}
        by_class: dict[type, Completion] = {}
        for each in self._schema.get_possible_types(kind):
            by_name[each.name] = completion = self._of_object(each, field)
            definition = definition_of(each)
            if definition.concrete_of is None:
                by_class[definition.origin] = completion
        complete = values.abstract(
            kind,
            {origin: each.quickest for origin, each in by_class.items()},
            {name: each.complete for name, each in by_name.items()},
            field,
        )
        written = {
            origin: each.write for origin, each in by_class.items() if each.write
        }
        is_plain = all(each.write for each in by_name.values())
        return Completion(complete, plain.abstract(written) if is_plain else None)


def _resolves_as_declared(kind: GraphQLUnionType | GraphQLInterfaceType) -> bool:
    """Whether the class of a value decides what it is."""
    definition = definition_of(kind)
    if isinstance(definition, StrawberryObjectDefinition):
        return definition.resolve_type is None
    return type(definition) is StrawberryUnion
