"""Documents by their texts. What is new waits for its turn, like a read."""

from collections.abc import Hashable

from transport.documents.document import Document, kept, read
from transport.plans.schema import PlannedSchema
from transport.shares.read_shares import ReadShares


class KnownDocuments:
    """To parse and validate a long document keeps the loop busy for 100 ms and more.

    That happens before anybody knows whether it has a mutation. So each client pays for
    its new documents out of its share, whatever they ask for.
    """

    def __init__(self, schema: PlannedSchema, shares: ReadShares) -> None:
        self._schema = schema
        self._shares = shares

    async def find(self, text: str, client: Hashable) -> Document:
        """Raises OperationFailedError if the client has too much waiting."""
        document = kept(text)
        if document is not None:
            return document
        async with self._shares.admission_for(client, None) as admission:
            with admission.measuring():
                document = read(text)
                self._schema.is_valid(document)
        return document
