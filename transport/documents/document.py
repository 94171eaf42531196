"""What a GraphQL document is about, as far as a transport has to know."""

from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    Node,
    NonNullTypeNode,
    NullValueNode,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    parse,
    visit,
)

from transport.documents.cost import (
    TOO_DEEP,
    Measured,
    UnmeasurableError,
    Walk,
    defaults_of,
)
from transport.limits import MAX_DOCUMENT_CHARACTERS, MAX_TOKENS

MULTIPLE = "multiple"


@dataclass(frozen=True, slots=True)
class SeatMapWatch:
    """A subscription to `seatMap` alone; `resume` names the variable of its `after`."""

    resume: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    kind: OperationType
    name: str | None
    field: str  # the only one at its root, or MULTIPLE
    watch: SeatMapWatch | None
    measured: Measured
    defaults: dict[str, object]  # of variables


@dataclass(frozen=True, slots=True)
class Document:
    """Without operations when it cannot be parsed: who executes it reports why."""

    operations: tuple[Operation, ...] = ()
    refusal: str | None = None  # why it is not even looked at any further


class _Uses(Visitor):
    """Counts what reads a variable, its definition included."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.count = 0

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.count += node.name.value == self.name


def operation_named(text: str, name: str | None) -> Operation | None:
    """The one that would run, or None when that is not clear."""
    operations = read(text).operations
    if name is None:
        return operations[0] if len(operations) == 1 else None
    return next((each for each in operations if each.name == name), None)


def is_subscription(text: str, name: str | None) -> bool:
    """Not either when nobody knows: that fails by itself."""
    operation = operation_named(text, name)
    return operation is not None and operation.kind is OperationType.SUBSCRIPTION


def read(text: str) -> Document:
    if len(text) > MAX_DOCUMENT_CHARACTERS:
        return Document(
            refusal=f"The document has {len(text)} characters;"
            f" {MAX_DOCUMENT_CHARACTERS} are allowed."
        )
    return _parsed(text)


@lru_cache(maxsize=512)
def _parsed(text: str) -> Document:
    try:
        document = parse(
            text,
            no_location=True,
            max_lexical_tokens=MAX_TOKENS,
            max_comments=MAX_TOKENS,
        )
        definitions = [
            each
            for each in document.definitions
            if isinstance(each, OperationDefinitionNode)
        ]
        walk = Walk(document)
        measured = [walk.measure(each) for each in definitions]
    except UnmeasurableError as error:
        return Document(refusal=str(error))
    except RecursionError:
        return Document(refusal=TOO_DEEP)
    except GraphQLError as error:
        aborted = error.message.endswith("Parsing aborted.")
        return Document(refusal=error.message if aborted else None)
    return Document(
        tuple(
            Operation(
                kind=each.operation,
                name=each.name.value if each.name else None,
                field=_root_field(each),
                watch=_seat_map_watch(document, each),
                measured=of_it,
                defaults=defaults_of(each),
            )
            for each, of_it in zip(definitions, measured, strict=True)
        )
    )


def _root_field(operation: OperationDefinitionNode) -> str:
    [field, *others] = operation.selection_set.selections
    if others or not isinstance(field, FieldNode):
        return MULTIPLE
    return field.name.value


def _seat_map_watch(
    document: DocumentNode, operation: OperationDefinitionNode
) -> SeatMapWatch | None:
    if operation.operation is not OperationType.SUBSCRIPTION or operation.directives:
        return None
    [field, *others] = operation.selection_set.selections
    if others or not isinstance(field, FieldNode) or field.directives:
        return None
    if field.name.value != "seatMap":
        return None
    after = _argument(field, "after")
    if after is None or isinstance(after, NullValueNode):
        return SeatMapWatch(resume=None)
    if isinstance(after, VariableNode) and _is_optional(document, operation, after):
        return SeatMapWatch(resume=after.name.value)
    return None


def _argument(field: FieldNode, name: str) -> Node | None:
    given = (each for each in field.arguments or () if each.name.value == name)
    return next((each.value for each in given), None)


def _is_optional(
    document: DocumentNode, operation: OperationDefinitionNode, variable: VariableNode
) -> bool:
    """Whether the operation means the same without it, but for where it starts."""
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
    return uses.count == 1 + 1  # where it is defined, and `after`
