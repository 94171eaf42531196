"""What Strawberry is given before it executes an operation, and gives back after."""

from collections.abc import Collection, Iterator

from graphql import ASTValidationRule

from transport.documents.document import Document
from transport.faults import FaultMask

DOCUMENT = "document"


class OperationExtension(FaultMask):
    """Passes on the parsed document with the result of its validation; masks faults.

    One extension, since Strawberry asks each extension at every step. Transports pass
    the Document as an operation extension, by the key DOCUMENT: it is the one thing
    that Strawberry carries from its caller to here besides the resolvers' context.
    Without it Strawberry parses and validates by itself, by the same rules.
    """

    def __init__(self, rules: Collection[type[ASTValidationRule]]) -> None:
        super().__init__()
        self._rules = tuple(rules)
        self._document: Document | None = None

    def on_operation(self) -> Iterator[None]:
        context = self.execution_context
        context.validation_rules = self._rules
        self._document = (context.operation_extensions or {}).get(DOCUMENT)
        if self._document is not None:
            context.graphql_document = self._document.parsed
        yield from super().on_operation()

    def on_validate(self) -> Iterator[None]:
        """In a step of its own: what validation raises is masked, too."""
        context, document = self.execution_context, self._document
        if document is not None:
            schema = context.schema._schema  # noqa: SLF001 # it has no other
            context.pre_execution_errors = document.errors_in(schema, self._rules)
        yield
