"""Variables of an operation, coerced as its signature says."""

from typing import Any, NamedTuple

from graphql import (
    GraphQLError,
    Undefined,
    VariableNode,
    is_non_null_type,
)
from graphql.execution.get_variable_signature import (
    GraphQLVariableSignature,
    get_variable_signature,
)
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.utilities.coerce_input_value import coerce_default_value

from transport.plans.coercion import Coerce, coercer
from transport.plans.run import NotPlannedError, OperationParts

CONDITIONS = {"skip", "include"}


class _Variable(NamedTuple):
    signature: GraphQLVariableSignature
    default: Any
    coerce: Coerce


class Variables:
    """What graphql-core would refuse it has to see itself: it reports why."""

    def __init__(self, operation: OperationParts) -> None:
        """Raises NotPlannedError."""
        self._variables: list[_Variable] = []
        for each in operation.node.variable_definitions or ():
            signature = get_variable_signature(operation.schema, each)
            if isinstance(signature, GraphQLError):
                raise NotPlannedError("variables")
            self._variables.append(
                _Variable(signature, _default(signature), coercer(signature.type))
            )

    def coerced(self, given: dict[str, Any]) -> VariableValues:
        """Raises NotPlannedError."""
        sources: dict[str, VariableValueSource] = {}
        values: dict[str, Any] = {}
        for signature, default, coerce in self._variables:
            name = signature.name
            value = given.get(name, Undefined)
            sources[name] = VariableValueSource(signature, value)
            if value is Undefined:
                if default is not Undefined:
                    values[name] = default
                elif is_non_null_type(signature.type):
                    raise NotPlannedError("variables")
                continue
            coerced = _coerced(value, coerce)
            if coerced is Undefined:
                raise NotPlannedError("variables")
            values[name] = coerced
        return VariableValues(sources, values)


def _default(signature: GraphQLVariableSignature) -> Any:
    try:
        return coerce_default_value(signature)
    except TypeError as error:
        raise NotPlannedError("variables") from error


def _coerced(value: Any, coerce: Coerce) -> Any:
    try:
        return coerce(value)
    except Exception as error:  # it is raised again by graphql-core
        raise NotPlannedError("variables") from error


def condition_names(operation: OperationParts) -> tuple[str, ...]:
    """The variables of the operation that @skip and @include take, in any fragment.

    Raises NotPlannedError for directives that are unknown here.
    """
    names: dict[str, None] = {}
    left: list[Any] = [operation.node, *operation.fragments.values()]
    while left:
        node = left.pop()
        for directive in node.directives or ():
            if directive.name.value not in CONDITIONS:
                raise NotPlannedError("directives")
            for argument in directive.arguments or ():
                if isinstance(argument.value, VariableNode):
                    names[argument.value.name.value] = None
        selections = getattr(node, "selection_set", None)  # a spread has none
        left += selections.selections if selections else ()
    declared = operation.node.variable_definitions or ()
    return tuple(
        each.variable.name.value
        for each in declared
        if each.variable.name.value in names
    )
