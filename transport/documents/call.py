"""What a client asks for: one operation of a document, with variables."""

from typing import Any, NamedTuple, Self

from graphql import OperationType

from transport.documents.document import Document, Operation, read


class Call(NamedTuple):
    """`operation` is None if it is not clear which operation is meant.

    Such a call fails when it is executed, and Strawberry reports why.
    """

    document: Document
    operation: Operation | None
    operation_name: str | None
    variables: dict[str, Any] | None

    @classmethod
    def of(
        cls,
        text: str,
        operation_name: str | None = None,
        variables: dict[str, Any] | None = None,
    ) -> Self:
        return cls.to(read(text), operation_name, variables)

    @classmethod
    def to(
        cls,
        document: Document,
        operation_name: str | None,
        variables: dict[str, Any] | None,
    ) -> Self:
        operation = document.operation_named(operation_name)
        return cls(document, operation, operation_name, variables)

    @property
    def is_mutation(self) -> bool:
        operation = self.operation
        return operation is not None and operation.kind is OperationType.MUTATION

    @property
    def is_subscription(self) -> bool:
        operation = self.operation
        return operation is not None and operation.kind is OperationType.SUBSCRIPTION
