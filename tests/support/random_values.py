"""Random values for the types of a schema; some are none of their type."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from domain.errors import InvalidInputError, NotFoundError, SessionClosedError
from resolvers.faults import bad_user_input, rate_limited

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
# No String, Int, Boolean, DateTime, enum, list or object of the schema.
UNUSUAL: list[Any] = [object, 2**40, ValueError("secret"), 1.5, "A", (), {}, b"x"]


FAILURES: list[Callable[[], Exception]] = [
    lambda: ValueError("secret"),
    lambda: ConnectionResetError("gone"),
    lambda: bad_user_input("page_direction"),
    lambda: rate_limited(2),
    lambda: GraphQLError("wrong", extensions={"code": "FORBIDDEN"}),
    lambda: GraphQLError("wrong"),
    NotFoundError,
    SessionClosedError,
    lambda: InvalidInputError("name", rule="name_length", longest=100),
]


class RandomValues:
    """`odds` are those of each kind of fault, in each place."""

    def __init__(self, schema: GraphQLSchema, dice: Random, odds: float) -> None:
        self._schema = schema
        self.dice = dice
        self._odds = odds

    def result(self, kind: Any) -> Any:
        """Of a resolver: it may raise."""
        self.fail_sometimes()
        return self.of(kind)

    def fail_sometimes(self) -> None:
        if self.dice.random() < 2 * self._odds:
            failure = self.dice.choice(FAILURES)()
            raise failure

    def of(self, kind: Any) -> Any:
        if self.dice.random() < self._odds / 2:
            return self.dice.choice(UNUSUAL)
        if isinstance(kind, GraphQLNonNull):
            return None if self.dice.random() < self._odds else self._some(kind.of_type)
        return None if self.dice.random() < 0.2 else self._some(kind)

    def _some(self, kind: Any) -> Any:
        if isinstance(kind, GraphQLList):
            return self._list(kind)
        if isinstance(kind, GraphQLEnumType):
            definition = kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
            return self.dice.choice(list(definition.wrapped_cls))
        if isinstance(kind, GraphQLObjectType):
            return self._object(kind)
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            possible: list[Any] = list(self._schema.get_possible_types(kind))
            if self.dice.random() < self._odds:
                possible = [self._schema.type_map["Money"]]
            return self._object(self.dice.choice(possible))
        return {
            "ID": f"id-{self.dice.randint(0, 9)}",
            "String": f"ação {self.dice.randint(0, 9)}",
            "Int": self.dice.randint(-5, 5),
            "Boolean": self.dice.random() < 0.5,
            "DateTime": NOON + timedelta(seconds=self.dice.randint(0, 99)),
        }[kind.name]

    def _list(self, kind: GraphQLList[Any]) -> Any:
        values = [self.of(kind.of_type) for _ in range(self.dice.randint(0, 3))]
        roll = self.dice.random()
        if roll < 0.1:
            return tuple(values)
        return (each for each in values) if roll < 0.2 else values

    def _object(self, kind: Any) -> Any:
        """With its attributes; `dice` are those of its resolvers."""
        definition = kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        made = object.__new__((definition.concrete_of or definition).origin)
        made.dice = self.dice.random()
        for field in kind.fields.values():
            declared = field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
            if declared.base_resolver is None and self.dice.random() > self._odds / 2:
                setattr(made, declared.python_name, self.of(field.type))
        return made
