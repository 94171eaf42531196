"""Finds the document of a request. A new one waits for its turn, like a read."""

from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from transport.documents.document import Document, kept, read
from transport.documents.persisted_queries import PersistedQueries
from transport.plans.schema import PlannedSchema
from transport.shares.read_shares import ReadShares


class KnownDocuments:
    """To parse and validate a long document keeps the loop busy for 100 ms and more.

    That happens before anybody knows whether it has a mutation. So each client pays for
    its new documents out of its share, whatever they ask for.
    """

    def __init__(
        self,
        schema: PlannedSchema,
        shares: ReadShares,
        persisted: PersistedQueries | None = None,
    ) -> None:
        self._schema = schema
        self._shares = shares
        self._persisted = PersistedQueries() if persisted is None else persisted

    async def find(
        self,
        text: str | None,
        extensions: Mapping[str, Any] | None,
        client: Hashable,
        while_wanted: Callable[[], AbstractContextManager[object]],
    ) -> Document:
        """By text or hash.

        It waits in `while_wanted`, unless it may have a mutation. Raises
        RefusedDocumentError; OperationFailedError if the client has too much waiting.
        """
        text = self._persisted.text_of(text, extensions)
        document = self._persisted.trusted(text) or kept(text)
        if document is None:
            with nullcontext() if "mutation" in text else while_wanted():
                document = await self._read(text, client)
        if extensions and self._schema.is_valid(document):
            self._persisted.keep(text, extensions)
        return document

    async def _read(self, text: str, client: Hashable) -> Document:
        async with self._shares.admission_for(client, None) as admission:
            with admission.measuring():
                document = read(text)
                self._schema.is_valid(document)
        return document
