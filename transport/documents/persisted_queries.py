"""Automatic persisted queries: clients that send the hash of a document alone.

We keep no documents by their hash. The message is the one that Apollo Client and urql
know: they then send the document, and hashes no more.
"""

from typing import Any

MESSAGE = "PersistedQueryNotSupported"
CODE = "PERSISTED_QUERY_NOT_SUPPORTED"


def is_hash_alone(query: object, extensions: dict[str, Any] | None) -> bool:
    """An empty document counts as none: some clients cannot leave it out.

    Neither the version nor the type of the hash matters: we support none of them.
    """
    has_hash = (extensions or {}).get("persistedQuery") is not None
    return has_hash and (query is None or query == "")
