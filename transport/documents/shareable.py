"""Recognises subscriptions that can be executed once for all who send them."""

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    Node,
    NonNullTypeNode,
    NullValueNode,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    visit,
)


@dataclass(frozen=True, slots=True)
class ShareableSeatMap:
    """A subscription to `seatMap` alone, which is public."""

    after_variable: str | None  # names the variable that its `after` takes


class _Uses(Visitor):
    """Counts the places where a variable stands, its definition included."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.count = 0

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.count += node.name.value == self.name


def shareable_seat_map(
    document: DocumentNode, operation: OperationDefinitionNode
) -> ShareableSeatMap | None:
    if operation.operation is not OperationType.SUBSCRIPTION or operation.directives:
        return None
    [field, *others] = operation.selection_set.selections
    if others or not isinstance(field, FieldNode) or field.directives:
        return None
    if field.name.value != "seatMap":
        return None
    after = _argument(field, "after")
    if after is None or isinstance(after, NullValueNode):
        return ShareableSeatMap(after_variable=None)
    if isinstance(after, VariableNode) and _is_optional(document, operation, after):
        return ShareableSeatMap(after_variable=after.name.value)
    return None


def _argument(field: FieldNode, name: str) -> Node | None:
    given = (each for each in field.arguments or () if each.name.value == name)
    return next((each.value for each in given), None)


def _is_optional(
    document: DocumentNode, operation: OperationDefinitionNode, variable: VariableNode
) -> bool:
    """Whether the variable only decides where the subscription starts."""
    name = variable.name.value
    definition = next(
        (
            each
            for each in operation.variable_definitions or ()
            if each.variable.name.value == name
        ),
        None,
    )
    if definition is None or isinstance(definition.type, NonNullTypeNode):
        return False
    if definition.default_value is not None:
        return False
    uses = _Uses(name)
    visit(document, uses)
    return uses.count == 1 + 1  # its definition, and `after`
