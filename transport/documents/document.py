"""GraphQL documents: parsed once, and described as far as transports need it."""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
)
from strawberry.schema.schema import validate_document

from transport.documents.cost import (
    TOO_DEEP,
    CostWalk,
    Measurement,
    UnmeasurableError,
    defaults_of,
)
from transport.documents.shareable import ShareableSeatMap, shareable_seat_map
from transport.limits import MAX_DOCUMENT_CHARACTERS, MAX_TOKENS

MULTIPLE = "multiple"
# A document of the largest allowed size takes about a megabyte.
MAX_DOCUMENTS = 256


@dataclass(slots=True, eq=False)
class Operation:
    """One operation that a document defines."""

    kind: OperationType
    name: str | None
    field: str  # the only one at its root, or MULTIPLE
    seat_map: ShareableSeatMap | None
    measured: Measurement
    defaults: dict[str, object]  # of variables
    seconds: float | None = None  # of the event loop, when it was last read

    def cost_with(self, variables: Mapping[str, Any] | None) -> int:
        """In fields of the answer, at most; variables may say how large pages are."""
        if not self.measured.pages:
            return self.measured.cost
        return self.measured.cost_with(self.defaults | dict(variables or {}))


@dataclass(slots=True, eq=False, weakref_slot=True)
class Document:
    """`parsed` is None for a syntax error: Strawberry reports it, with its location."""

    text: str
    refusal: str | None = None  # why it is neither validated nor executed
    parsed: DocumentNode | None = None
    operations: tuple[Operation, ...] = ()
    _validated: tuple[GraphQLSchema, list[GraphQLError]] | None = field(
        init=False, default=None
    )

    def operation_named(self, name: str | None) -> Operation | None:
        """The one that would run, or None when that is not clear."""
        if name is None:
            return self.operations[0] if len(self.operations) == 1 else None
        return next((each for each in self.operations if each.name == name), None)

    def errors_in(
        self, schema: GraphQLSchema, rules: Collection[type[ASTValidationRule]]
    ) -> list[GraphQLError]:
        """Those of validation, kept for one schema: a process serves only one."""
        if self.parsed is None:
            raise ValueError("only a parsed document can be validated")
        if self._validated is None or self._validated[0] is not schema:
            errors = validate_document(schema, self.parsed, tuple(rules))
            self._validated = schema, errors
        return self._validated[1]


_KEPT: OrderedDict[str, Document] = OrderedDict()  # the last used at the end


def kept(text: str) -> Document | None:
    """The document, if it was read before, and not too long ago."""
    document = _KEPT.get(text)
    if document is not None:
        _KEPT.move_to_end(text)
    return document


def read(text: str) -> Document:
    if len(text) > MAX_DOCUMENT_CHARACTERS:
        return Document(
            text,
            refusal=f"The document has {len(text)} characters;"
            f" {MAX_DOCUMENT_CHARACTERS} are allowed.",
        )
    document = kept(text)
    if document is None:
        document = _KEPT[text] = _read(text)
        if len(_KEPT) > MAX_DOCUMENTS:
            _KEPT.popitem(last=False)
    return document


def _read(text: str) -> Document:
    try:
        parsed = parse(text, max_lexical_tokens=MAX_TOKENS, max_comments=MAX_TOKENS)
        return Document(text, parsed=parsed, operations=_operations(parsed))
    except UnmeasurableError as error:
        return Document(text, refusal=str(error))
    except RecursionError:
        return Document(text, refusal=TOO_DEEP)
    except GraphQLError as error:
        aborted = error.message.endswith("Parsing aborted.")
        return Document(text, refusal=error.message if aborted else None)


def _operations(document: DocumentNode) -> tuple[Operation, ...]:
    """Raises UnmeasurableError."""
    walk = CostWalk(document)
    return tuple(
        Operation(
            kind=each.operation,
            name=each.name.value if each.name else None,
            measured=walk.measure(each),  # first: it refuses empty selections
            field=_root_field(each),
            seat_map=shareable_seat_map(document, each),
            defaults=defaults_of(each),
        )
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode)
    )


def _root_field(operation: OperationDefinitionNode) -> str:
    [field, *others] = operation.selection_set.selections
    if others or not isinstance(field, FieldNode):
        return MULTIPLE
    return field.name.value
