"""The documents that operators trust: a JSON object, each text by its SHA-256."""

import json
from pathlib import Path

from runtime.errors import CommandError
from transport.documents.document import Document, read
from transport.documents.persisted_queries import hash_of
from transport.plans.schema import PlannedSchema

NAME = "TRUSTED_DOCUMENTS_FILE"


def load(file: Path | None, schema: PlannedSchema) -> dict[str, Document]:
    """Raises CommandError if one of them could never be executed."""
    if file is None:
        return {}
    try:
        texts = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        raise CommandError(f"{NAME} names a file that is not JSON.") from None
    if not isinstance(texts, dict):
        raise CommandError(f"{NAME} has to name a JSON object: texts by their SHA-256.")
    return {key: _document(key, text, schema) for key, text in texts.items()}


def _document(key: str, text: object, schema: PlannedSchema) -> Document:
    if not isinstance(text, str) or hash_of(text) != key:
        raise CommandError(f"{NAME}: {key[:64]} is not the SHA-256 of its text.")
    document = read(text)
    if not schema.is_valid(document):
        raise CommandError(f"{NAME}: {key} is not a valid document of this schema.")
    return document
