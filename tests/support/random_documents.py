"""Documents over a schema, made of dice, in all the forms that clients may write."""

from random import Random
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from tests.support.random_inputs import RandomInputs

DEEPEST = 5
CompositeType = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


class RandomDocument:
    """`text` is one operation with its fragments; `variables` are for it.

    A name in the answer stands for one field with its arguments in the whole document:
    so fields can be merged wherever they meet.
    """

    def __init__(self, schema: GraphQLSchema, dice: Random, kind: str) -> None:
        self._schema = schema
        self._dice = dice
        self._inputs = RandomInputs(dice)
        self._fragments: dict[str, tuple[CompositeType, str]] = {}
        self._calls: dict[str, tuple[str, ...]] = {}  # by the name in the answer
        root: Any = getattr(schema, f"{kind}_type")
        if kind == "subscription":  # it has one field
            selections = self._field(root, dice.choice(sorted(root.fields)), DEEPEST)
        else:
            selections = self._selections(root, DEEPEST)
        self.variables = self._inputs.values
        self.text = f"{kind} Random{self._inputs.declarations()} {{ {selections} }}"
        for name, (condition, inner) in self._fragments.items():
            self.text += f"\nfragment {name} on {condition} {{ {inner} }}"

    def _selections(self, kind: CompositeType, depth: int) -> str:
        count = self._dice.randint(1, 4)
        return " ".join(self._selection(kind, depth) for _ in range(count))

    def _selection(self, kind: CompositeType, depth: int) -> str:
        roll = self._dice.random()
        if roll < 0.1:
            return "__typename"
        if depth > 1 and roll < 0.25:
            condition = self._overlapping(kind)
            inner = self._selections(condition, depth - 1)
            on = "" if condition is kind and roll < 0.2 else f" on {condition}"
            return f"...{on}{self._directives()} {{ {inner} }}"
        if depth > 1 and roll < 0.35:
            return f"...{self._fragment(kind, depth - 1)}{self._directives()}"
        if isinstance(kind, GraphQLUnionType):
            condition = self._dice.choice(list(kind.types))
            return f"... on {condition} {{ {self._selections(condition, depth)} }}"
        names = sorted(
            name
            for name, each in kind.fields.items()
            if depth > 1 or is_leaf_type(get_named_type(each.type))
        )
        if not names:
            return "__typename"
        return self._field(kind, self._dice.choice(names), depth)

    def _field(self, kind: Any, name: str, depth: int) -> str:
        definition = kind.fields[name]
        arguments = self._inputs.arguments(definition.args)
        call = (name, arguments, str(definition.type))
        key = name
        while self._calls.setdefault(key, call) != call or (
            key == name and self._dice.random() < 0.1
        ):
            key = f"{name}{self._dice.randint(1, 99)}"
        alias = "" if key == name else f"{key}: "
        named = get_named_type(definition.type)
        inner = (
            ""
            if is_leaf_type(named)
            else f" {{ {self._selections(named, depth - 1)} }}"
        )
        is_event = kind is self._schema.subscription_type  # always included
        directives = "" if is_event else self._directives()
        return f"{alias}{name}{arguments}{directives}{inner}"

    def _fragment(self, kind: CompositeType, depth: int) -> str:
        known = [
            name
            for name, (condition, _) in self._fragments.items()
            if self._overlap(kind, condition)
        ]
        if known and self._dice.random() < 0.5:
            return self._dice.choice(known)
        condition = self._overlapping(kind)
        inner = self._selections(condition, depth)
        name = f"Part{len(self._fragments)}"
        self._fragments[name] = condition, inner
        return name

    def _overlapping(self, kind: CompositeType) -> CompositeType:
        """A type that a fragment may have in the place of this one."""
        composite = [
            each
            for each in self._schema.type_map.values()
            if isinstance(each, CompositeType)
            and not each.name.startswith("__")
            and self._overlap(kind, each)
        ]
        return self._dice.choice([kind, *composite])

    def _overlap(self, one: CompositeType, other: CompositeType) -> bool:
        return not self._possible(one).isdisjoint(self._possible(other))

    def _possible(self, kind: CompositeType) -> set[GraphQLObjectType]:
        if isinstance(kind, GraphQLObjectType):
            return {kind}
        return set(self._schema.get_possible_types(kind))

    def _directives(self) -> str:
        roll = self._dice.random()
        text = ""
        if roll < 0.1:
            text += f" @skip(if: {self._inputs.condition()})"
        if 0.05 < roll < 0.15:
            text += f" @include(if: {self._inputs.condition()})"
        return text
