"""Documents by their hashes: those that operators trust, and those that clients sent.

The protocol is Apollo's, of automatic persisted queries. A client sends a SHA-256 hash
alone. If it hears that we do not know it, it sends the document with it, and next time
the hash suffices. The messages are those that Apollo Client and urql know.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Literal

from transport.documents.document import Document
from transport.limits import (
    MAX_DOCUMENT_CHARACTERS,
    MAX_PERSISTED_CHARACTERS,
    MAX_PERSISTED_QUERIES,
)

# `only` those that are trusted, or `any`; `off`: any, and hashes are not supported.
Policy = Literal["any", "only", "off"]
HASH = re.compile(r"[0-9a-f]{64}")
BAD_USER_INPUT = "BAD_USER_INPUT"


class RefusedDocumentError(Exception):
    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


def not_supported() -> RefusedDocumentError:
    """They then send documents, and hashes no more."""
    return RefusedDocumentError(
        "PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED"
    )


def not_found() -> RefusedDocumentError:
    """They then send the document with its hash."""
    return RefusedDocumentError("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")


def not_trusted() -> RefusedDocumentError:
    message = "This document is not registered here."
    return RefusedDocumentError(message, "DOCUMENT_NOT_TRUSTED")


def has_hash(extensions: Mapping[str, Any] | None) -> bool:
    return (extensions or {}).get("persistedQuery") is not None


def hash_of(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()


def _hash_in(extensions: Mapping[str, Any] | None) -> str | None:
    """None for none, and for another version or form than ours."""
    match (extensions or {}).get("persistedQuery"):
        case {"version": 1, "sha256Hash": str(found)} if HASH.fullmatch(found):
            return found
    return None


class PersistedQueries:
    """Of one process. What clients sent is kept in memory, the last used."""

    def __init__(
        self, trusted: Mapping[str, Document] | None = None, policy: Policy = "any"
    ) -> None:
        self._policy = policy
        # They stay, and so do their plans.
        self._trusted = dict(trusted or {})
        self._by_text = {each.text: each for each in self._trusted.values()}
        self._sent: OrderedDict[str, str] = OrderedDict()  # the last used at the end
        self._characters = 0

    def __len__(self) -> int:
        """How many documents of clients are kept."""
        return len(self._sent)

    def trusted(self, text: str) -> Document | None:
        return self._by_text.get(text)

    def text_of(self, text: str | None, extensions: Mapping[str, Any] | None) -> str:
        """The document that a client means. Raises RefusedDocumentError.

        An empty text counts as none: some clients cannot leave it out.
        """
        if not text:
            return self._text_by(_hash_in(extensions))
        self._check(text, extensions)
        return text

    def keep(self, text: str, extensions: Mapping[str, Any] | None) -> None:
        """Call it with a valid document. It is kept if the client sent its hash."""
        key = _hash_in(extensions)
        if key is None or self._policy != "any" or key in self._trusted:
            return
        if key in self._sent:
            self._sent.move_to_end(key)
            return
        self._sent[key] = text
        self._characters += len(text)
        while (
            len(self._sent) > MAX_PERSISTED_QUERIES
            or self._characters > MAX_PERSISTED_CHARACTERS
        ):
            _, oldest = self._sent.popitem(last=False)
            self._characters -= len(oldest)

    def _text_by(self, key: str | None) -> str:
        if self._policy == "off" or key is None:
            raise not_supported()
        if key in self._trusted:
            return self._trusted[key].text
        if self._policy == "only":
            raise not_trusted()
        if key not in self._sent:
            raise not_found()
        self._sent.move_to_end(key)
        return self._sent[key]

    def _check(self, text: str, extensions: Mapping[str, Any] | None) -> None:
        if self._policy == "only" and text not in self._by_text:
            raise not_trusted()
        key = _hash_in(extensions)
        if key is None or self._policy == "off" or len(text) > MAX_DOCUMENT_CHARACTERS:
            return  # another version may mean another hash; a long text is refused
        if hash_of(text) != key:
            raise RefusedDocumentError(
                "`sha256Hash` is not the SHA-256 of `query`.", BAD_USER_INPUT
            )
