"""Arguments and variables of random documents, most of them valid."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    is_required_argument,
    is_required_input_field,
)

# As JSON; a literal of GraphQL looks the same.
SCALARS: dict[str, list[Any]] = {
    "ID": ["9b2f4b0e-0000-4000-8000-000000000000", "x"],
    "String": ["", 'q"\\\n', "ação 🎬"],
    "Int": [0, 1, 7, -3],
    "Float": [0, 2.5, -1.0, 1e300],
    "Boolean": [True, False],
    "Date": ["2040-01-01", "2026-11-29"],
    "DateTime": ["2040-01-01T20:00:00Z", "2026-11-24T20:30:00.5+02:00"],
}
# What clients send by mistake, and what may be taken for something else.
UNUSUAL: list[Any] = [None, 5, "x", [], {}, 2**31, 1.0, True, ["x"], {"x": 1}]


@dataclass
class RandomInputs:
    dice: Random
    constant: bool = False  # without variables
    values: dict[str, Any] = field(default_factory=dict)
    _declared: list[str] = field(default_factory=list)

    def declarations(self) -> str:
        return f"({', '.join(self._declared)})" if self._declared else ""

    def arguments(self, arguments: dict[str, GraphQLArgument]) -> str:
        given = [
            f"{name}: {self.literal(each.type, has_default=_has_default(each))}"
            for name, each in arguments.items()
            if is_required_argument(each) or self.dice.random() < 0.4
        ]
        return f"({', '.join(given)})" if given else ""

    def condition(self) -> str:
        if self.dice.random() < 0.5:
            return "true" if self.dice.random() < 0.5 else "false"
        name = f"c{self.dice.randint(0, 1)}"
        if name not in self.values:
            self._declared.append(f"${name}: Boolean!")
            self.values[name] = self.dice.random() < 0.5
        return f"${name}"

    def literal(self, kind: GraphQLInputType, *, has_default: bool = False) -> str:
        """Or a variable, or a literal with variables inside."""
        roll = self.dice.random()
        if roll < 0.4 and not self.constant:
            return self._variable(kind, has_default=has_default)
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        elif roll < 0.5:
            return "null"
        if isinstance(kind, GraphQLList):
            items = [self.literal(kind.of_type) for _ in range(self.dice.randint(0, 2))]
            # One item may stand without its brackets.
            is_single = len(items) == 1 and "$" not in items[0]
            return items[0] if is_single else f"[{', '.join(items)}]"
        if isinstance(kind, GraphQLInputObjectType):
            fields = ", ".join(
                f"{name}: {self.literal(each.type)}"
                for name, each in kind.fields.items()
                if is_required_input_field(each) or self.dice.random() < 0.5
            )
            return f"{{{fields}}}"
        return self._leaf(kind)

    def _leaf(self, kind: Any) -> str:
        if isinstance(kind, GraphQLEnumType):
            name: str = self.dice.choice(sorted(kind.values))
            return name
        return json.dumps(self.dice.choice(SCALARS[kind.name]), ensure_ascii=False)

    def _variable(self, kind: GraphQLInputType, *, has_default: bool) -> str:
        name = f"v{len(self._declared)}"
        written, default = str(kind), ""
        if isinstance(kind, GraphQLNonNull):
            if has_default or self.dice.random() < 0.3:
                written = str(kind.of_type)
                if not has_default or self.dice.random() < 0.5:
                    default = f" = {self._constant(kind)}"
        elif self.dice.random() < 0.3:
            default = f" = {self._constant(kind)}"
        self._declared.append(f"${name}: {written}{default}")
        is_required = written.endswith("!")
        if self.dice.random() < (0.98 if is_required else 0.7):
            unusual = self.dice.random() < 0.02
            self.values[name] = (
                self.dice.choice(UNUSUAL) if unusual else self._value(kind)
            )
        return f"${name}"

    def _constant(self, kind: GraphQLInputType) -> str:
        return RandomInputs(self.dice, constant=True).literal(kind)

    def _value(self, kind: GraphQLInputType) -> Any:
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        elif self.dice.random() < 0.2:
            return None
        if isinstance(kind, GraphQLList):
            return [self._value(kind.of_type) for _ in range(self.dice.randint(0, 3))]
        if isinstance(kind, GraphQLInputObjectType):
            return {
                name: self._value(each.type)
                for name, each in kind.fields.items()
                if is_required_input_field(each) or self.dice.random() < 0.5
            }
        if isinstance(kind, GraphQLEnumType):
            return self.dice.choice(sorted(kind.values))
        return self.dice.choice(SCALARS[kind.name])


def _has_default(argument: GraphQLArgument) -> bool:
    return isinstance(argument.type, GraphQLNonNull) and not is_required_argument(
        argument
    )
