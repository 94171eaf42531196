"""Arguments of fields, read from an operation and its variables once for each run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    is_non_null_type,
    is_required_argument,
)
from graphql.execution.values import VariableValues, coerce_argument
from graphql.utilities.coerce_input_value import coerce_default_value

from transport.plans.run import NotPlannedError

# The arguments of one field by the names of the schema, for one run.
# Raises NotPlannedError.
ReadArguments = Callable[[VariableValues], dict[str, Any]]
# One argument, which it adds to them.
Read = Callable[[VariableValues, dict[str, Any]], None]


def argument_reader(field: GraphQLField, node: FieldNode) -> ReadArguments:
    """Raises NotPlannedError if a literal is not valid, which nobody sends twice."""
    given = {each.name.value: each for each in node.arguments or ()}
    constants: dict[str, Any] = {}
    reads: list[Read] = []
    for name, definition in field.args.items():
        argument = _Argument(node, name, definition, given.get(name))
        if argument.given is None or not _has_variable(argument.given.value):
            argument.coerce(None, constants)
        elif isinstance(argument.given.value, VariableNode):
            reads.append(_of_variable(name, definition, argument.given.value))
        else:  # a list or an object with variables inside
            reads.append(argument.coerce)

    def read(variables: VariableValues) -> dict[str, Any]:
        if not reads:
            return constants
        values = constants.copy()
        for each in reads:
            each(variables, values)
        return values

    return read


@dataclass(frozen=True, slots=True)
class _Argument:
    """Coerced by graphql-core."""

    node: FieldNode
    name: str
    definition: GraphQLArgument
    given: ArgumentNode | None

    def coerce(self, variables: VariableValues | None, values: dict[str, Any]) -> None:
        try:
            coerce_argument(
                values,
                self.node,
                self.name,
                self.definition,
                self.given,
                variables,
                None,
            )
        except Exception as error:  # it is raised again by graphql-core
            raise NotPlannedError("variables") from error


def _of_variable(name: str, argument: GraphQLArgument, node: VariableNode) -> Read:
    """Likewise, and faster: most arguments are variables."""
    variable = node.name.value
    may_be_null = not is_non_null_type(argument.type)
    has_default = not is_required_argument(argument)
    default = coerce_default_value(argument) if has_default else Undefined

    def read(variables: VariableValues, values: dict[str, Any]) -> None:
        value = variables.coerced.get(variable, default)
        if value is Undefined:
            if not may_be_null:
                raise NotPlannedError("variables")
        elif value is None and not may_be_null:
            raise NotPlannedError("variables")
        else:
            values[name] = value

    return read


def _has_variable(node: ValueNode) -> bool:
    match node:
        case VariableNode():
            return True
        case ListValueNode():
            return any(map(_has_variable, node.values))
        case ObjectValueNode():
            return any(_has_variable(each.value) for each in node.fields)
    return False
